// The words of the command line: 汉字 first, then pinyin initials, then English. Any unambiguous beginning will do.
import { RESPONSE_LEAD } from './words_response.js';

/**
 * @typedef {{ id: string, zh: string[], py?: string[], en: string[] }} Word
 */

/** Verbs that stand first. @type {Word[]} */
export const LEAD = [
  { id: 'dispatch', zh: ['派', '调派'], py: ['p', 'dp'], en: ['dispatch', 'send'] },
  { id: 'report', zh: ['接', '报', '接报', '报告'], py: ['jb'], en: ['report'] },
  { id: 'verify', zh: ['核', '核实'], py: ['hs'], en: ['verify'] },
  { id: 'close', zh: ['结', '结案'], py: ['ja'], en: ['close'] },
  { id: 'note', zh: ['记', '记录'], py: ['jl'], en: ['note'] },
  { id: 'casualties', zh: ['伤亡'], py: ['sw'], en: ['casualties'] },
  { id: 'major', zh: ['重大'], py: ['zd'], en: ['major'] },
  { id: 'command', zh: ['指挥'], py: ['zh'], en: ['command', 'take'] },
  { id: 'correct', zh: ['更正'], py: ['gz'], en: ['correct'] },
  { id: 'find', zh: ['找', '查找'], py: ['z', 'cz'], en: ['find'] },
  ...RESPONSE_LEAD,
];

/** What is said of teams: `FS012 到场`. @type {Word[]} */
export const STATES = [
  { id: 'acknowledge', zh: ['接令'], py: ['jl'], en: ['acknowledge'] },
  { id: 'depart', zh: ['出动', '出发'], py: ['cd', 'cf'], en: ['depart'] },
  { id: 'arrive', zh: ['到场', '到达'], py: ['dc', 'dd'], en: ['arrive'] },
  { id: 'work', zh: ['处置'], py: ['cz'], en: ['work'] },
  { id: 'withdraw', zh: ['撤出'], py: ['cc'], en: ['withdraw'] },
  { id: 'release', zh: ['解除'], py: ['jc'], en: ['release'] },
  { id: 'return', zh: ['归队', '返队'], py: ['gd', 'fd'], en: ['return'] },
  { id: 'cancel', zh: ['取消'], py: ['qx'], en: ['cancel'] },
  { id: 'out', zh: ['停用'], py: ['ty'], en: ['out'] },
  { id: 'back', zh: ['恢复'], py: ['hf'], en: ['back'] },
];

/** @type {Word[]} */
export const SOURCES = [
  { id: 'radio', zh: ['电台'], py: ['dt'], en: ['radio'] },
  { id: 'phone', zh: ['电话'], py: ['dh'], en: ['phone'] },
];

/** @type {Word[]} */
export const WITHDRAW_REASONS = [
  { id: 'danger', zh: ['危险'], py: ['wx'], en: ['danger'] },
  { id: 'relief', zh: ['轮换'], py: ['lh'], en: ['relief'] },
  { id: 'other', zh: ['其他'], py: ['qt'], en: ['other'] },
];

/** @type {Word[]} */
export const CANCEL_REASONS = [
  { id: 'false_alarm', zh: ['误报'], py: ['wb'], en: ['false'] },
  { id: 'turned_back', zh: ['折返'], py: ['zf'], en: ['turned'] },
  { id: 'not_needed', zh: ['不需要'], py: ['bxy'], en: ['unneeded'] },
  { id: 'declined', zh: ['拒绝'], py: ['jj'], en: ['declined'] },
];

/** @type {Word[]} */
export const TRUTH = [
  { id: 'true', zh: ['真', '属实'], py: ['z', 'ss'], en: ['true', 'real'] },
  { id: 'false', zh: ['假', '误报'], py: ['j', 'wb'], en: ['false'] },
];

/** @type {Word[]} */
export const MILESTONES = [
  { id: 'ordered', zh: ['派出', '已派'], py: ['pc', 'yp'], en: ['ordered'] },
  { id: 'acknowledged', zh: ['接令'], py: ['jl'], en: ['acknowledged'] },
  { id: 'en_route', zh: ['出动', '出发'], py: ['cd', 'cf'], en: ['departed', 'en_route'] },
  { id: 'on_scene', zh: ['到场', '到达'], py: ['dc', 'dd'], en: ['arrived', 'on_scene'] },
  { id: 'working', zh: ['处置'], py: ['cz'], en: ['working'] },
  { id: 'released', zh: ['解除'], py: ['jc'], en: ['released'] },
  { id: 'returned', zh: ['归队', '返队'], py: ['gd', 'fd'], en: ['returned'] },
  { id: 'left_scene', zh: ['离场'], py: ['lc'], en: ['left_scene'] },
  { id: 'at_hospital', zh: ['到院'], py: ['dy'], en: ['at_hospital', 'hospital'] },
];

/** @type {Word[]} */
export const DIVERT = [{ id: 'divert', zh: ['改派'], py: ['gp'], en: ['divert'] }];

/** @type {Word[]} */
export const NOTHING = [{ id: 'nothing', zh: ['无', '撤回'], en: ['none', '-'] }];

/** Figures of 伤亡: a word and a number, as in 亡1 or dead1. @type {Word[]} */
export const FIGURES = [
  { id: 'dead', zh: ['亡', '死'], py: ['w'], en: ['dead'] },
  { id: 'serious', zh: ['重'], py: ['z'], en: ['serious'] },
  { id: 'injured', zh: ['轻', '伤'], py: ['q'], en: ['injured'] },
  { id: 'missing', zh: ['失', '失联'], py: ['s'], en: ['missing'] },
  { id: 'loss_yuan', zh: ['损', '损失'], en: ['loss'] },
];

/** @param {Word} word */
const forms = (word) => [...word.zh, ...(word.py ?? []), ...word.en];

/**
 * The one word that this is, or the beginning of. Exact beats prefix, so 接 is not in doubt because of 接令.
 * @param {Word[]} words @param {string | undefined} typed @returns {{ word?: Word, several?: Word[] }}
 */
export function match(words, typed) {
  if (!typed) return {};
  const wanted = plain(typed);
  const exact = words.filter((word) => forms(word).includes(wanted));
  if (exact.length === 1) return { word: exact[0] };
  const begin = exact.length ? exact : words.filter((word) => forms(word).some((form) => form.startsWith(wanted)));
  if (begin.length === 1) return { word: begin[0] };
  return begin.length ? { several: begin } : {};
}

/** Full-width letters and digits are what an input method leaves behind. @param {string} text */
export const plain = (text) => text.normalize('NFKC').toLowerCase();

/** How a word is written in a language. @param {Word} word @param {string} lang */
export const written = (word, lang) => (lang === 'en' ? word.en[0] : word.zh[0]);
