// The ground under the rows: districts, water, green and roads of the deployment, served from /map. Drawn once an image.
import * as ol from '../../vendor/ol.js';

/** Widths in pixels by class of road, and the resolution (metres a pixel) up to which it is drawn. @type {Record<string, [width: number, resolution: number, label: number]>} */
const ROADS = { motor: [4, 200, 40], trunk: [3.5, 200, 40], primary: [2.6, 80, 20], tert: [1.6, 30, 8], minor: [1, 16, 3] };

/** @param {() => import('./map_styles.js').Colours} colours */
export function baseLayers(colours) {
  const source = (/** @type {string} */ name) => new ol.VectorSource({ url: `/map/${name}.geojson`, format: new ol.GeoJSON() });
  /** @type {Map<string, any>} */
  const cache = new Map();
  const once = (/** @type {string} */ key, /** @type {() => any} */ make) => {
    if (!cache.has(key)) cache.set(key, make());
    return cache.get(key);
  };
  const fill = (/** @type {string} */ name) => () => once(name, () => new ol.Style({ fill: new ol.Fill({ color: colours()[name] }) }));
  const text = (/** @type {string} */ words, /** @type {number} */ size, /** @type {'point' | 'line'} */ placement, weight = 400) =>
    new ol.Text({ text: words, font: `${weight} ${size}px ${colours().font}`, placement, fill: new ol.Fill({ color: colours()['map-label'] }), stroke: new ol.Stroke({ color: colours()['map-halo'], width: 3 }), overflow: false });

  /** @param {any} feature @param {number} resolution */
  function road(feature, resolution) {
    const [width, limit] = ROADS[feature.get('c')] ?? ROADS.minor;
    if (resolution > limit) return undefined;
    const scale = resolution < 6 ? 1.8 : resolution < 12 ? 1.3 : 1;
    return once(`road/${feature.get('c')}/${scale}`, () => [
      new ol.Style({ zIndex: width, stroke: new ol.Stroke({ color: colours()['map-road-edge'], width: (width + 1.4) * scale }) }),
      new ol.Style({ zIndex: width + 0.1, stroke: new ol.Stroke({ color: colours()['map-road'], width: width * scale }) }),
    ]);
  }
  /** @param {any} feature @param {number} resolution */
  function roadName(feature, resolution) {
    const limit = (ROADS[feature.get('c')] ?? ROADS.minor)[2];
    const words = feature.get('n');
    if (resolution > limit || !words) return undefined;
    return once(`name/${words}`, () => new ol.Style({ text: text(words, 12, 'line') }));
  }

  const roads = source('road');
  const districts = source('district');
  const water = source('water');
  const green = new ol.VectorImageLayer({ source: source('green'), style: fill('map-green'), imageRatio: 1.5 });
  const layers = [
    green,
    new ol.VectorImageLayer({ source: water, style: fill('map-water'), imageRatio: 1.5 }),
    new ol.VectorImageLayer({ source: roads, style: road, imageRatio: 1.5 }),
    new ol.VectorImageLayer({ source: districts, imageRatio: 1.5, style: () => once('district', () => new ol.Style({ stroke: new ol.Stroke({ color: colours()['map-border'], width: 1.2, lineDash: [6, 4] }) })) }),
    // Names of everything in one layer, so that they make room for each other.
    new ol.VectorImageLayer({ source: roads, style: roadName, declutter: true, imageRatio: 1.2 }),
    new ol.VectorImageLayer({ source: water, declutter: true, style: (feature) => once(`water/${feature.get('name')}`, () => new ol.Style({ text: text(feature.get('name'), 13, 'point') })) }),
    new ol.VectorImageLayer({ source: districts, declutter: true, style: (feature) => once(`d/${feature.get('name')}`, () => new ol.Style({ text: text(feature.get('name'), 15, 'point', 600) })) }),
  ];
  return {
    layers,
    restyle() {
      cache.clear();
      for (const layer of layers) layer.changed();
    },
  };
}
