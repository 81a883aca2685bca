// Where the plans stand on the map of links, and how the lines between them run. Pure: nodes and a width in, figures out.

/** @typedef {{ id: string, lane: number, x: number, y: number }} Spot */

export const CARD_HEIGHT = 46;
export const GAP = 8;
export const TOP = 40;
export const LANES = ['government', 'department', 'enterprise', 'community'];
const LANE_SHARE = 0.64;
const BULGE_MIN = 26;
const BULGE_MAX = 70;
const PITCH_MAX = 100;

/**
 * One column a level; in each, the plans with most links near those that they are linked with (one pass of averages).
 * @param {{ id: string, level: string | null }[]} nodes @param {{ plan: string, to: string }[]} links @param {number} width @param {number} [room] the height that there is
 */
export function layout(nodes, links, width, room = 0) {
  const columns = LANES.map((lane) => nodes.filter((node) => (node.level ?? 'enterprise') === lane).map((node) => node.id));
  /** @type {Map<string, number>} */
  const at = new Map();
  const number = () => columns.forEach((ids) => ids.forEach((id, i) => at.set(id, (i + 0.5) / ids.length)));
  /** @type {Map<string, string[]>} */
  const beside = new Map();
  for (const { plan, to } of links) {
    beside.set(plan, [...(beside.get(plan) ?? []), to]);
    beside.set(to, [...(beside.get(to) ?? []), plan]);
  }
  number();
  for (let pass = 0; pass < 4; pass++) {
    for (const ids of columns) {
      const mean = new Map(ids.map((id) => {
        const others = (beside.get(id) ?? []).map((other) => at.get(other)).filter((y) => y !== undefined);
        return [id, others.length ? others.reduce((sum, y) => sum + /** @type {number} */ (y), 0) / others.length : /** @type {number} */ (at.get(id))];
      }));
      ids.sort((a, b) => /** @type {number} */ (mean.get(a)) - /** @type {number} */ (mean.get(b)) || (a < b ? -1 : 1));
    }
    number();
  }
  const lane = width / LANES.length;
  const card = Math.floor(lane * LANE_SHARE);
  const longest = Math.max(1, ...columns.map((ids) => ids.length));
  const height = Math.max(TOP + longest * (CARD_HEIGHT + GAP) + GAP, Math.min(room, TOP + longest * PITCH_MAX));
  /** @type {Map<string, Spot>} */
  const spots = new Map();
  columns.forEach((ids, i) => {
    // Short columns are spread, so that lines run level rather than all upwards.
    const pitch = Math.min((height - TOP) / Math.max(1, ids.length), PITCH_MAX);
    const first = TOP + (height - TOP - pitch * ids.length) / 2 + (pitch - CARD_HEIGHT) / 2;
    ids.forEach((id, n) => spots.set(id, { id, lane: i, x: Math.round(i * lane + (lane - card) / 2), y: Math.round(first + n * pitch) }));
  });
  return { spots, card, height, lane };
}

/**
 * From the side of a card to the side of another; within a column round its right side.
 * @param {Spot} from @param {Spot} to @param {number} card its width @param {number} n which of the lines out of this card, so that they do not lie on each other
 */
export function path(from, to, card, n) {
  const shift = ((n % 7) - 3) * 4;
  const [y1, y2] = [from.y + CARD_HEIGHT / 2 + shift, to.y + CARD_HEIGHT / 2 - shift / 2];
  if (from.lane === to.lane) {
    const x = from.x + card;
    const bulge = Math.min(BULGE_MAX, BULGE_MIN + Math.abs(y2 - y1) / 8);
    return `M${x} ${y1} C${x + bulge} ${y1} ${x + bulge} ${y2} ${x + 4} ${y2}`;
  }
  const right = to.lane > from.lane;
  const [x1, x2] = right ? [from.x + card, to.x - 4] : [from.x, to.x + card + 4];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
