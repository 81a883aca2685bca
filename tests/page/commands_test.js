import { parse } from '../app/core/commands.js';
import { complete } from '../app/core/complete.js';
import { LEAD, STATES, match } from '../app/core/words.js';
import { Store } from '../app/core/store.js';
import { equal, ok, snapshot } from './check.js';

const NOW = Date.parse('2026-05-12T06:10:00Z'); // 14:10 in Shanghai
const store = new Store();
store.snapshot(snapshot(1, {
  team: [
    { id: 'FS012', name: { zh: '消防12队', en: 'Fire 12' }, dispatch: 'd-3', incident: 'HZ003', state: 'en_route' },
    { id: 'FS014', name: { zh: '消防14队' }, dispatch: 'd-4', incident: 'HZ003', state: 'ordered' },
    { id: 'PS001', name: { zh: '公安1队' }, dispatch: null, incident: null, state: 'available' },
  ],
  incident: [{ id: 'HZ003', place: { text: '临江路' } }, { id: '2026-0017', place: { text: '明湖路' } }],
  dispatch: [{ id: 'd-3', team: 'FS012', incident: 'HZ003', state: 'en_route', milestones: {} }],
}));
const tables = {
  incident_kinds: [{ code: 'waterlogging', zh: '城市内涝', en: 'Waterlogging' }, { code: 'gas_leak', zh: '燃气泄漏', en: 'Gas leak' }, { code: 'building_fire', zh: '建筑火灾', en: 'Building fire' }, { code: 'building_collapse', zh: '房屋倒塌', en: 'Building collapse' }],
  team_kinds: [], targets: [],
};
const context = (lang = 'zh-CN') => ({ store, tables, now: NOW, lang });
const commands = (line, lang) => {
  const parsed = parse(line, context(lang));
  if (parsed.kind !== 'commands') throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed.steps.map((step) => step.command);
};
const problem = (line, lang) => {
  const parsed = parse(line, context(lang));
  if (parsed.kind !== 'problem') throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed.problem;
};

export function a_state_is_said_of_one_or_more_teams() {
  equal(commands('FS012 到场 HZ003'), [{ type: 'ArriveTeam', dispatch: 'd-3' }]);
  equal(commands('fs012 FS014 到场'), [{ type: 'ArriveTeam', dispatch: 'd-3' }, { type: 'ArriveTeam', dispatch: 'd-4' }]);
  equal(commands('到场 FS012'), [{ type: 'ArriveTeam', dispatch: 'd-3' }]);
  equal(commands('消防12队 处置'), [{ type: 'StartWork', dispatch: 'd-3' }]);
}

export function han_pinyin_and_english_say_the_same() {
  for (const line of ['FS012 到场', 'FS012 到', 'FS012 dc', 'FS012 arrive', 'FS012 arr', 'FS012到场', 'ＦＳ０１２ 到场'])
    equal(commands(line), [{ type: 'ArriveTeam', dispatch: 'd-3' }], line);
  for (const line of ['派 PS001 HZ003', 'p PS001 HZ003', 'dispatch PS001 HZ003', 'dis ps001 hz003', '派PS001 HZ003', '派 PS001 3'])
    equal(commands(line), [{ type: 'DispatchTeam', incident: 'HZ003', team: 'PS001' }], line);
}

export function every_word_means_one_thing() {
  for (const words of [LEAD, STATES])
    for (const word of words) for (const form of [...word.zh, ...(word.py ?? []), ...word.en]) equal(match(words, form).word?.id, word.id, form);
}

export function a_dispatch_names_teams_and_an_incident_and_may_divert() {
  equal(commands('派 FS012 FS014 0017 改派'), ['FS012', 'FS014'].map((team) => ({ type: 'DispatchTeam', incident: '2026-0017', team, divert: true })));
  equal(problem('派 FS012').id, 'command.error.incident_missing');
  equal(problem('派 HZ003').id, 'command.error.team_missing');
  equal(problem('派 XX999 HZ003').id, 'command.error.unknown_team');
  ok(problem('派 FS012').several.includes('HZ003'), 'names the incidents');
}

export function a_report_has_a_kind_a_place_and_words() {
  equal(commands('接 燃气 望潮路12号 居民 反映有异味'), [{ type: 'ReportIncident', kind: 'gas_leak', place: { text: '望潮路12号' }, text: '居民 反映有异味' }]);
  equal(commands('报 内涝 文安路 120.15,30.25'), [{ type: 'ReportIncident', kind: 'waterlogging', place: { text: '文安路', lon: 120.15, lat: 30.25 } }]);
  equal(problem('report building x').id, 'command.error.ambiguous');
  equal(problem('接 地震 x').id, 'command.error.unknown_kind');
  equal(problem('接 燃气').id, 'command.error.place_missing');
}

export function incidents_are_verified_closed_noted_and_counted() {
  equal(commands('核 HZ003 真 两路电话'), [{ type: 'VerifyIncident', incident: 'HZ003', real: true, reason: '两路电话' }]);
  equal(commands('verify HZ003 false nothing there'), [{ type: 'VerifyIncident', incident: 'HZ003', real: false, reason: 'nothing there' }]);
  equal(commands('结 HZ003 已处置完毕'), [{ type: 'CloseIncident', incident: 'HZ003', reason: '已处置完毕' }]);
  equal(commands('记 HZ003 水位 下降'), [{ type: 'AddEntry', incident: 'HZ003', text: '水位 下降' }]);
  equal(commands('伤亡 HZ003 亡1 重2 轻3 失4'), [{ type: 'RecordCasualties', incident: 'HZ003', dead: 1, serious: 2, injured: 3, missing: 4 }]);
  equal(commands('casualties HZ003 dead0 missing2'), [{ type: 'RecordCasualties', incident: 'HZ003', dead: 0, missing: 2 }]);
  equal(commands('重大 HZ003 伤亡可能扩大'), [{ type: 'DeclareMajorIncident', incident: 'HZ003', reason: '伤亡可能扩大' }]);
  equal(commands('指挥 HZ003'), [{ type: 'TransferCommand', incident: 'HZ003', slot: 'overall' }]);
  equal(problem('核 HZ003 也许 x').id, 'command.error.truth_missing');
  equal(problem('结 HZ003').id, 'command.error.reason_missing');
}

export function corrections_name_what_when_and_why() {
  equal(commands('更正 d-3 到场 14:02 电台听错'), [{ type: 'CorrectMilestone', dispatch: 'd-3', milestone: 'on_scene', to: '2026-05-12T06:02:00.000Z', reason: '电台听错' }]);
  equal(commands('更正 FS012 到场 无 并未到场'), [{ type: 'CorrectMilestone', dispatch: 'd-3', milestone: 'on_scene', to: null, reason: '并未到场' }]);
  equal(commands('更正 #21985 写错事件'), [{ type: 'StrikeEntry', position: 21985, reason: '写错事件' }]);
  equal(parse('更正 d-3 到场 14:02 听错', context()).meta, { precision: 'minute' });
  equal(problem('更正 d-3 到场 26:99 x').id, 'command.error.time_missing');
}

export function reasons_are_words_from_a_short_list() {
  equal(commands('FS012 撤出 危险'), [{ type: 'WithdrawTeam', dispatch: 'd-3', reason: 'danger' }]);
  equal(commands('FS012 取消 误报'), [{ type: 'CancelDispatch', dispatch: 'd-3', reason: 'false_alarm' }]);
  equal(problem('FS012 撤出').several, ['危险', '轮换', '其他']);
  equal(commands('PS001 停用 车辆故障'), [{ type: 'TakeOutOfService', team: 'PS001', reason: '车辆故障' }]);
  equal(commands('PS001 恢复'), [{ type: 'ReturnToService', team: 'PS001' }]);
}

export function where_it_was_heard_and_when_it_happened_come_first_and_last() {
  const { meta } = parse('电台 FS012 到场 @14:02', context());
  equal(meta, { source: 'radio', occurred_at: '2026-05-12T06:02:00.000Z', precision: 'minute' });
  equal(parse('phone FS012 arrive @14:02:33', context()).meta, { source: 'phone', occurred_at: '2026-05-12T06:02:33.000Z', precision: 'second' });
  equal(parse('FS012 到场 @23:50', context()).meta.occurred_at, '2026-05-11T15:50:00.000Z', 'not in the future');
}

export function what_is_wrong_is_named_with_the_words_that_would_be_right() {
  const wrong = problem('FS012 到了');
  equal([wrong.id, wrong.args], ['command.error.unknown_state', { word: '到了' }]);
  ok(wrong.several.includes('到场') && wrong.several.includes('归队'), 'legal states');
  equal(problem('foo').id, 'command.error.unknown_word');
  equal(problem('ZZ123 到场').id, 'command.error.unknown_team');
  equal(problem('PS001 到场').id, 'command.error.no_dispatch');
  equal(problem('FS012 到场 0017'), { id: 'command.error.other_incident', args: { team: 'FS012', incident: 'HZ003' } });
  equal(problem('c', 'en').several, ['close', 'casualties', 'command', 'correct', 'find', 'complete', 'lift']);
}

export function grave_orders_are_shown_before_they_go_out() {
  for (const [line, wanted] of [['结 HZ003 x', 'close'], ['派 FS012 HZ003 改派', 'divert'], ['核 HZ003 假 x', 'false_alarm'], ['重大 HZ003 x', 'major']]) equal(parse(line, context()).confirm, `command.confirm.${wanted}`);
  equal(parse('FS012 到场', context()).confirm, null);
}

export function an_empty_line_is_nothing_and_find_is_local() {
  equal(parse('  ', context()), { kind: 'empty' });
  equal(parse('找 明湖 路', context()), { kind: 'find', text: '明湖 路' });
}

export function completion_offers_what_may_stand_next() {
  const words = (line, lang) => complete(line, context(lang)).options.map((o) => o.word);
  equal(words('dis', 'en'), ['dispatch']);
  equal(words('派 P'), ['PS001']);
  ok(words('派 PS001 ').includes('HZ003'), 'incidents after teams');
  ok(words('FS012 ').includes('到场'), 'states after a team');
  equal(words('核 HZ003 '), ['真', '假']);
  equal(words('接 燃'), ['燃气泄漏']);
  equal(complete('派 P', context()).head, '派 ');
}

const response = new Store();
response.snapshot(snapshot(1, {
  incident: [{ id: 'HZ003', place: { text: '临江路' } }],
  plan: [{ id: 'gov-flood', title: { zh: '区防汛预案', en: 'District flood plan' }, levels: ['II', 'III'] }, { id: 'ent-flood', title: { zh: '地铁防汛预案' }, levels: ['II'] }],
  activation: [{ id: 'a-1', plan: 'gov-flood', incident: 'HZ003', state: 'active' }, { id: 'a-2', plan: 'ent-flood', incident: 'HZ003', state: 'stood_by' }],
  link: [{ id: 'l-3', answered: false, text: '请启动' }],
  task: [{ id: 't-4', state: 'open', title: '关阀', post: 'a/duty' }],
  control: [{ id: 'c-1', state: 'ordered', area: '临江路' }],
  finding: [
    { id: 'W5|l-3|9', rule: 'W5', subject: 'l-3', severity: 'warning', opened_at: '2026-05-12T05:00:00Z', acknowledged_by: null },
    { id: 'W1|x|8', rule: 'W1', subject: 'x', severity: 'critical', opened_at: '2026-05-12T06:00:00Z', acknowledged_by: null },
  ],
}));
const said = (line, lang = 'zh-CN') => {
  const parsed = parse(line, { store: response, tables, now: NOW, lang });
  if (parsed.kind !== 'commands') throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed.steps.map((step) => step.command);
};
const not = (line) => parse(line, { store: response, tables, now: NOW, lang: 'zh-CN' }).problem;

export function a_plan_is_started_by_id_or_title_at_a_level_written_in_any_way() {
  const wanted = [{ type: 'ActivatePlan', plan: 'gov-flood', level: 'II', incident: 'HZ003' }];
  for (const line of ['启动 gov-flood II HZ003', '启动 区防汛 Ⅱ HZ003', '启动 区防汛预案 二级 3', 'qd gov 2 HZ003']) equal(said(line), wanted, line);
  equal(said('activate district ii HZ003 close the tunnel', 'en')[0].measures, 'close the tunnel');
  equal(not('启动 防汛 II HZ003').id, 'command.error.ambiguous');
  equal(not('启动 台风 II HZ003').id, 'command.error.unknown_plan');
  equal(not('启动 gov-flood 五 HZ003').several, ['II', 'III']);
  equal(parse('启动 gov-flood II HZ003', { store: response, tables, now: NOW, lang: 'en' }).confirm, 'command.confirm.activate');
}

export function links_are_read_accepted_and_declined_with_a_reason() {
  for (const line of ['收悉 l-3', '收悉l-3', 'sx l-3', 'read l-3']) equal(said(line), [{ type: 'AcknowledgeLink', link: 'l-3' }], line);
  equal(said('接受 l-3 两台泵'), [{ type: 'AcceptLink', link: 'l-3', coming: '两台泵' }]);
  equal(said('拒绝 l-3 无力量 泵已派出'), [{ type: 'DeclineLink', link: 'l-3', reason: 'no_capacity', text: '泵已派出' }]);
  equal(said('拒绝 l-3 道路中断'), [{ type: 'DeclineLink', link: 'l-3', reason: 'other', text: '道路中断' }]);
  equal(not('拒绝 l-3').id, 'command.error.reason_missing');
  equal([not('收悉').id, not('收悉').several], ['command.error.missing_link', ['l-3']]);
  equal(not('接受 l-9').id, 'command.error.unknown_link');
}

export function tasks_responses_and_orders_are_closed_by_their_ids() {
  equal(said('开始 t-4'), [{ type: 'StartTask', task: 't-4' }]);
  equal(said('完成 t-4 照片3张'), [{ type: 'CompleteTask', task: 't-4', evidence: '照片3张' }]);
  equal(said('跳过 t-4 无人员'), [{ type: 'SkipTask', task: 't-4', reason: '无人员' }]);
  equal(said('调级 a-1 Ⅲ'), [{ type: 'ChangeResponseLevel', activation: 'a-1', level: 'III' }]);
  equal(said('终止 a-1 水退'), [{ type: 'EndResponse', activation: 'a-1', reason: '水退' }]);
  equal(said('终止 a-2 误报'), [{ type: 'StandDown', activation: 'a-2', reason: '误报' }]);
  equal(said('生效 c-1'), [{ type: 'PutControlInForce', control: 'c-1' }]);
  equal(said('复核 c-1 水位未变'), [{ type: 'ReviewControl', control: 'c-1', reason: '水位未变' }]);
  equal(said('撤管 c-1 水退'), [{ type: 'LiftControl', control: 'c-1', reason: '水退' }]);
}

export function owning_takes_the_gravest_or_all_of_a_rule() {
  equal(said('认领'), [{ type: 'AcknowledgeFinding', finding: 'W1|x|8' }]);
  equal(said('认领 w5'), [{ type: 'AcknowledgeFinding', finding: 'W5|l-3|9' }]);
  equal(said('own l-3', 'en'), [{ type: 'AcknowledgeFinding', finding: 'W5|l-3|9' }]);
  equal(not('认领 W9').id, 'command.error.unknown_finding');
}

export function tab_offers_the_ids_that_are_open() {
  const offered = (line) => complete(line, { store: response, tables, now: NOW, lang: 'zh-CN' }).options.map((option) => option.word);
  equal(offered('收悉 '), ['l-3']);
  equal(offered('启动 gov-flood '), ['II', 'III']);
  equal(offered('完成 t'), ['t-4']);
}
