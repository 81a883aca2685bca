// How incidents and teams look on the map: form says the state, colour only the grade and what is late.
import * as ol from '../../vendor/ol.js';
import { instant } from '../core/clock.js';
import { GRADES, ROMAN, rank } from './parts.js';

const NAMES = ['warn', 'map-land', 'map-water', 'map-green', 'map-road', 'map-road-edge', 'map-border', 'map-label', 'map-halo', 'ink', 'idle', 'alert', 'panel', 'focus', 'font', 'badge-edge', 'grade-1', 'grade-2', 'grade-3', 'grade-4', 'grade-1-ink', 'grade-2-ink', 'grade-3-ink', 'grade-4-ink'];

/** @typedef {Record<string, string>} Colours */

/** The tokens of the page, for the canvas. @returns {Colours} */
export function theme() {
  cache.clear();
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** @type {Map<string, any>} */
const cache = new Map();

/** @template T @param {string} key @param {() => T} make @returns {T} */
function once(key, make) {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
}

/** @param {string} text @param {Colours} c @param {number} offset */
const caption = (text, c, offset) =>
  new ol.Text({ text, font: `600 12px ${c.font}`, offsetY: offset, fill: new ol.Fill({ color: c.ink }), stroke: new ol.Stroke({ color: c['map-halo'], width: 3 }) });

/** @param {number} n rank from 1 to 5 @param {Colours} c */
function shape(n, c) {
  const fill = new ol.Fill({ color: n === 5 ? c.panel : c[`grade-${n}`] });
  const stroke = new ol.Stroke({ color: c['badge-edge'], width: 1.5, ...(n === 5 ? { lineDash: [3, 2] } : {}) });
  switch (n) {
    case 1:
      return new ol.RegularShape({ points: 8, radius: 15, angle: Math.PI / 8, fill, stroke });
    case 2:
      return new ol.RegularShape({ points: 4, radius: 17, angle: 0, fill, stroke });
    case 3:
      return new ol.RegularShape({ points: 3, radius: 17, angle: 0, fill, stroke });
    default:
      return new ol.CircleStyle({ radius: n === 4 ? 13 : 10, fill, stroke });
  }
}

/** @param {import('ol').Feature} feature @param {Colours} c @param {import('../types').App} app */
export function incidentStyle(feature, c, app) {
  /** @type {import('../types').Incident} */
  const row = feature.get('row');
  const n = rank(row.grade && GRADES.includes(row.grade) ? row.grade : null);
  const chosen = app.ui.chosen === row.id;
  return once(`i/${n}/${chosen}`, () => {
    const ink = n === 5 ? c.ink : c[`grade-${n}-ink`];
    const styles = [
      new ol.Style({ image: shape(n, c), zIndex: 100 - n, text: new ol.Text({ text: n === 5 ? '?' : ROMAN[n - 1], font: `700 13px ${c.font}`, offsetY: n === 3 ? 3 : 1, fill: new ol.Fill({ color: ink }) }) }),
    ];
    if (chosen) styles.unshift(new ol.Style({ zIndex: 99, image: new ol.CircleStyle({ radius: 23, stroke: new ol.Stroke({ color: c.focus, width: 3 }) }) }));
    return styles;
  });
}

/** Names stand in a layer of their own, where they make room for each other. @param {import('ol').Feature} feature @param {Colours} c @param {import('../types').App} app */
export function incidentCaption(feature, c, app) {
  /** @type {import('../types').Incident} */
  const row = feature.get('row');
  if (!app.ui.layers.labels) return undefined;
  return once(`c/${row.place.text}`, () => new ol.Style({ text: caption(row.place.text, c, 27) }));
}

const RING_TEAMS = 16;
const RING_FIRST_PIXELS = 24;
const RING_PIXELS = 11;
const GOLDEN_ANGLE = 2.4;

/** How many pixels beside its place a team is drawn. @param {string} shift @returns {[number, number]} */
export function displacement(shift) {
  const [how, count] = shift.split('/');
  const n = Number(count);
  const ring = Math.floor(n / RING_TEAMS);
  const [radius, angle] = how === 'ring' ? [RING_FIRST_PIXELS + ring * RING_PIXELS, ((n + ring / 2) * 2 * Math.PI) / RING_TEAMS] : [5 * Math.sqrt(n), n * GOLDEN_ANGLE];
  return shift ? [Math.round(radius * Math.sin(angle)), Math.round(radius * Math.cos(angle))] : [0, 0];
}

/** @param {import('ol').Feature} feature @param {Colours} c @param {import('../types').App} app */
export function teamStyle(feature, c, app) {
  /** @type {import('../types').Team} */
  const row = feature.get('row');
  const late = Boolean(row.due_at) && app.clock.now() > instant(/** @type {string} */ (row.due_at));
  const ours = app.ui.chosen !== null && (app.ui.chosen === row.id || app.ui.chosen === row.incident);
  const form = late ? 'late' : formOf(row.state);
  if (form === 'none' || (form === 'idle' && !app.ui.layers.idle)) return undefined;
  const text = ours && app.ui.layers.labels && app.ui.chosen === row.id ? row.id : '';
  const shift = feature.get('shift') ?? '';
  return once(`t/${form}/${ours}/${text}/${shift}`, () => {
    const at = displacement(shift);
    const ink = new ol.Fill({ color: late ? c.alert : c.ink });
    const edge = new ol.Stroke({ color: ours ? c.focus : c['map-halo'], width: ours ? 2.5 : 1 });
    const image =
      form === 'idle'
        ? new ol.CircleStyle({ radius: 2, displacement: at, fill: new ol.Fill({ color: c.idle }) })
        : form === 'route'
          ? new ol.RegularShape({ points: 3, radius: ours ? 8 : 6.5, displacement: at, fill: ink, stroke: edge })
          : form === 'late'
            ? new ol.RegularShape({ points: 4, radius: ours ? 8 : 7, angle: Math.PI / 4, displacement: at, fill: ink, stroke: edge })
            : new ol.CircleStyle({ radius: ours ? 6 : 4.5, displacement: at, fill: ink, stroke: edge });
    return new ol.Style({ image, zIndex: late ? 40 : form === 'idle' ? 1 : 20, ...(text ? { text: caption(text, c, 16) } : {}) });
  });
}

/** @param {string} state */
function formOf(state) {
  switch (state) {
    case 'ordered':
    case 'acknowledged':
    case 'en_route':
      return 'route';
    case 'on_scene':
    case 'working':
      return 'scene';
    case 'out_of_service':
      return 'none';
    default:
      return 'idle';
  }
}

/** Of an order by its kind: who may not go there, who must leave, who must stay in, who may not drive. @type {Record<string, string>} */
const CONTROL_COLOURS = { cordon: 'alert', evacuation: 'warn', shelter_in_place: 'focus', traffic: 'ink' };

/** Dashed as ordered, solid in force. @param {import('ol').Feature} feature @param {Colours} c @param {import('../types').App} app */
export function controlStyle(feature, c, app) {
  /** @type {import('../types').Control} */
  const row = feature.get('row');
  const force = row.state === 'in_force';
  const chosen = app.ui.chosen === row.incident;
  const shape = once(`x/${row.kind}/${force}/${chosen}`, () => {
    const colour = c[CONTROL_COLOURS[row.kind] ?? 'ink'];
    return new ol.Style({
      zIndex: 5,
      fill: new ol.Fill({ color: `${colour}${row.kind === 'traffic' ? '00' : force ? '2e' : '14'}` }),
      stroke: new ol.Stroke({ color: colour, width: chosen ? 3.5 : row.kind === 'traffic' ? 3 : 2, lineDash: force ? undefined : [8, 6] }),
    });
  });
  if (!app.ui.layers.labels) return shape;
  const [west, , east, north] = /** @type {any} */ (feature.getGeometry()).getExtent();
  // At its upper edge, where it hides neither the incident nor its name.
  return [shape, once(`xn/${row.id}/${row.area}/${north}`, () => new ol.Style({ zIndex: 6, geometry: new ol.Point([(west + east) / 2, north]), text: caption(row.area, c, -9) }))];
}

const CIRCLE_POINTS = 64;
const METRES_PER_DEGREE = 111_320;

/** The ground that an order covers; a circle by its points, so that its radius is in metres. @param {import('../types').Shape} shape */
export function geometryOf(shape) {
  const at = (/** @type {[number, number]} */ point) => ol.fromLonLat(point);
  if (shape.polygon?.length) return new ol.Polygon([shape.polygon.map(at)]);
  if (shape.line?.length) return new ol.LineString(shape.line.map(at));
  const [lon, lat] = shape.circle ?? [0, 0];
  const east = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: CIRCLE_POINTS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * i) / CIRCLE_POINTS;
    return at([lon + ((shape.radius_m ?? 0) * Math.sin(angle)) / east, lat + ((shape.radius_m ?? 0) * Math.cos(angle)) / METRES_PER_DEGREE]);
  });
  return new ol.Polygon([ring]);
}
