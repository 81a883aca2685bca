// The words of the command line for plans, links, tasks, orders and findings. They stand first, as those of words.js do.

/** @typedef {import('./words.js').Word} Word */

/** @type {Word[]} */
export const RESPONSE_LEAD = [
  { id: 'activate', zh: ['启动'], py: ['qd'], en: ['activate'] },
  { id: 'level', zh: ['调级'], py: ['tj'], en: ['level'] },
  { id: 'end', zh: ['终止'], py: ['zz'], en: ['end'] },
  { id: 'read', zh: ['收悉'], py: ['sx'], en: ['read'] },
  { id: 'accept', zh: ['接受'], py: ['js'], en: ['accept'] },
  { id: 'decline', zh: ['拒绝'], py: ['jj'], en: ['decline'] },
  { id: 'start', zh: ['开始'], py: ['ks'], en: ['start'] },
  { id: 'complete', zh: ['完成'], py: ['wc'], en: ['complete'] },
  { id: 'skip', zh: ['跳过'], py: ['tg'], en: ['skip'] },
  { id: 'own', zh: ['认领'], py: ['rl'], en: ['own'] },
  { id: 'force', zh: ['生效'], en: ['force'] },
  { id: 'review', zh: ['复核'], py: ['fh'], en: ['review'] },
  { id: 'lift', zh: ['撤管'], py: ['cg'], en: ['lift'] },
];

/** @type {Word[]} */
export const DECLINE_REASONS = [
  { id: 'no_capacity', zh: ['无力量', '没力量'], py: ['wll'], en: ['capacity'] },
  { id: 'not_ours', zh: ['非职责', '不归我们'], py: ['fzz'], en: ['ours'] },
  { id: 'unsafe', zh: ['不安全'], py: ['baq'], en: ['unsafe'] },
];

/** Response levels as people write them. @type {Record<string, string>} */
export const LEVEL_WORDS = {
  i: 'I', ii: 'II', iii: 'III', iv: 'IV', 1: 'I', 2: 'II', 3: 'III', 4: 'IV', 一: 'I', 二: 'II', 三: 'III', 四: 'IV',
};
