// Where it is. The map never moves by itself: it is fitted when the set of incidents changes, and not even then once a
// hand has moved it (the lock), until it is unlocked. Positions are WGS-84 as stored; nothing is converted here.
import * as ol from '../../vendor/ol.js';
import { html, nothing, render } from '../../vendor/lit.js';
import { say, t } from '../core/i18n.js';
import { baseLayers } from './map_base.js';
import { controlStyle, geometryOf, incidentCaption, incidentStyle, teamStyle, theme } from './map_styles.js';
import { head, rank } from './parts.js';

const REDRAW_MS = 250;
const HIT_PIXELS = 8;
const FIT_MAX_ZOOM = 15;

/** @param {HTMLElement} root @param {import('../types').App} app @returns {import('../types').Panel & { fit: () => void, zoom: (by: number) => void }} */
export function mapPanel(root, app) {
  root.setAttribute('aria-labelledby', 'map-title');
  const bar = root.appendChild(document.createElement('div'));
  const target = root.appendChild(document.createElement('div'));
  target.className = 'map-canvas';
  target.tabIndex = 0;
  target.setAttribute('role', 'application');
  const legend = root.appendChild(document.createElement('div'));
  legend.className = 'legend';

  const teams = new ol.VectorSource();
  const incidents = new ol.VectorSource();
  const controls = new ol.VectorSource();
  let colours = theme();
  const base = baseLayers(() => colours);
  const teamLayer = new ol.VectorLayer({ source: teams, style: (feature) => teamStyle(/** @type {any} */ (feature), colours, app), updateWhileInteracting: false });
  const incidentLayer = new ol.VectorLayer({ source: incidents, style: (feature) => incidentStyle(/** @type {any} */ (feature), colours, app), declutter: false });
  const captionLayer = new ol.VectorLayer({
    source: incidents,
    style: (feature) => incidentCaption(/** @type {any} */ (feature), colours, app),
    declutter: true,
    // The graver one keeps its name when two are too close.
    renderOrder: (a, b) => rank(a.get('row').grade) - rank(b.get('row').grade),
  });
  const controlLayer = new ol.VectorLayer({ source: controls, style: (feature) => controlStyle(/** @type {any} */ (feature), colours, app), declutter: false });
  const view = new ol.View({ center: ol.fromLonLat([120.145, 30.247]), zoom: 13, minZoom: 10, maxZoom: 18, enableRotation: false });
  const map = new ol.Map({ target, layers: [...base.layers, controlLayer, teamLayer, captionLayer, incidentLayer], view, controls: [new ol.ScaleLine({ minWidth: 60 })] });

  let fitted = '';
  let byHand = false;
  map.on('pointerdrag', () => hand());
  target.addEventListener('wheel', () => hand(), { passive: true });
  function hand() {
    byHand = true;
    if (!app.ui.locked) app.set({ locked: true });
  }

  map.on('singleclick', (event) => {
    if (app.ui.picking) {
      const [lon, lat] = ol.toLonLat(event.coordinate).map((x) => Math.round(x * 1e5) / 1e5);
      app.set({ picking: false });
      app.show({ type: 'report', lon, lat });
      return;
    }
    const hit = pick(event.pixel);
    if (hit?.get('what') === 'control') app.show({ type: 'incident', id: hit.get('row').incident, tab: 'controls' });
    else if (hit) app.show(hit.get('what') === 'incident' ? { type: 'incident', id: hit.get('id'), tab: 'overview' } : { type: 'team', id: hit.get('id') });
  });
  map.on('pointermove', (event) => {
    if (event.dragging) return;
    const hit = app.ui.picking ? null : pick(event.pixel);
    target.classList.toggle('hit', Boolean(hit));
    target.title = hit ? label(hit) : '';
  });

  /** @param {number[]} pixel */
  function pick(pixel) {
    /** @type {any} */
    let found = null;
    map.forEachFeatureAtPixel(pixel, (feature) => (found = feature), { hitTolerance: HIT_PIXELS, layerFilter: (layer) => layer === incidentLayer });
    if (!found) map.forEachFeatureAtPixel(pixel, (feature) => (found = feature), { hitTolerance: HIT_PIXELS / 2, layerFilter: (layer) => layer === teamLayer });
    if (!found) map.forEachFeatureAtPixel(pixel, (feature) => (found = feature), { layerFilter: (layer) => layer === controlLayer });
    return found;
  }

  /** @param {any} feature */
  function label(feature) {
    const id = feature.get('id');
    if (feature.get('what') === 'incident') {
      const row = app.store.row('incident', id);
      return row ? `${id} ${row.place.text} ${row.text}` : id;
    }
    if (feature.get('what') === 'control') {
      const { kind, area, state } = feature.get('row');
      return `${id} ${t(`control.kind.${kind}`)} ${area} · ${t(`control.state.${state}`)}`;
    }
    const row = app.store.row('team', id);
    return row ? `${id} ${say(row.name)} · ${t(`team.state.${row.state}`)}${row.incident ? ` · ${row.incident}` : ''}` : id;
  }

  /** @param {import('ol/source/Vector.js').default<any>} source @param {string} what @param {Iterable<{ id: string, lon: number, lat: number, row: object, shift?: string }>} places */
  function sync(source, what, places) {
    const seen = new Set();
    for (const { id, lon, lat, row, shift } of places) {
      seen.add(id);
      const old = source.getFeatureById(id);
      if (!old) {
        const feature = new ol.Feature({ geometry: new ol.Point(ol.fromLonLat([lon, lat])), what, id, row, shift });
        feature.setId(id);
        source.addFeature(feature);
      } else if (old.get('row') !== row || old.get('shift') !== shift) {
        // One event a feature, however much of it changed.
        old.set('row', row, true);
        old.set('shift', shift, true);
        old.getGeometry().setCoordinates(ol.fromLonLat([lon, lat]));
      }
    }
    for (const feature of source.getFeatures()) if (!seen.has(feature.getId())) source.removeFeature(feature);
  }

  /** Orders that stand and say where; those of an incident are few, so a changed one is drawn anew. */
  function syncControls() {
    const standing = new Map([...app.store.rows('control').values()].filter((row) => row.shape && row.state !== 'lifted').map((row) => [row.id, row]));
    for (const feature of controls.getFeatures()) if (standing.get(/** @type {string} */ (feature.getId())) !== feature.get('row')) controls.removeFeature(feature);
    for (const [id, row] of standing) {
      if (controls.getFeatureById(id) || !row.shape) continue;
      const feature = new ol.Feature({ geometry: geometryOf(row.shape), what: 'control', id, row });
      feature.setId(id);
      controls.addFeature(feature);
    }
  }

  /** Teams at one place stand around it, not on top of each other: at a scene in rings, at a base close together. */
  function* teamPlaces() {
    const scenes = new Set([...incidentPlaces()].map(({ lon, lat }) => `${lon},${lat}`));
    /** @type {Map<string, number>} */
    const taken = new Map();
    for (const row of app.store.rows('team').values()) {
      const [lon, lat] = [row.lon ?? row.base?.lon, row.lat ?? row.base?.lat];
      if (lon == null || lat == null || row.state === 'out_of_service') continue;
      const key = `${lon},${lat}`;
      const n = taken.get(key) ?? 0;
      taken.set(key, n + 1);
      yield { id: row.id, lon, lat, row, shift: scenes.has(key) ? `ring/${n}` : n ? `near/${n}` : '' };
    }
  }
  function* incidentPlaces() {
    for (const row of app.store.rows('incident').values()) {
      const { lon, lat } = row.place;
      if (lon != null && lat != null) yield { id: row.id, lon, lat, row };
    }
  }

  function fit() {
    const places = [...incidentPlaces()].map(({ lon, lat }) => ol.fromLonLat([lon, lat]));
    if (!places.length) return;
    view.fit(ol.boundingExtent(places), { padding: [40, 50, 50, 50], maxZoom: FIT_MAX_ZOOM, duration: 0 });
  }

  const entry = (/** @type {string} */ mark, /** @type {string} */ key) => html`<li><span class="mark ${mark}" aria-hidden="true"></span>${t(key)}</li>`;
  function chrome() {
    const { locked, picking, layers } = app.ui;
    render(
      html`${head('map', t('map.title'), picking ? t('map.picking') : t('map.sub', { n: incidents.getFeatures().length }), 'M',
        html`<button class="button quiet" aria-pressed=${locked} title=${t('map.lock.title')} @click=${() => ((byHand = !locked), app.set({ locked: !locked }))}>${t(locked ? 'map.locked' : 'map.unlocked')} <kbd>L</kbd></button>
          <button class="button quiet" @click=${() => app.fit()}>${t('map.fit')} <kbd>F</kbd></button>`)}`,
      bar,
    );
    render(
      html`<ul>
          ${entry('octagon', 'grade.short.particularly_major')}${entry('diamond', 'grade.short.major')}${entry('triangle', 'grade.short.large')}${entry('circle', 'grade.short.ordinary')}
          ${entry('route', 'map.legend.en_route')}${entry('scene', 'map.legend.on_scene')}${entry('late', 'teams.overdue')}${entry('cordon', 'control.kind.cordon')}${entry('evacuation', 'control.kind.evacuation')}${entry('idle', 'team.state.available')}
        </ul>
        <label><input type="checkbox" .checked=${layers.idle} @change=${() => app.set({ layers: { ...layers, idle: !layers.idle } })} />${t('map.layer.idle')}</label>
        <label><input type="checkbox" .checked=${layers.labels} @change=${() => app.set({ layers: { ...layers, labels: !layers.labels } })} />${t('map.layer.labels')}</label>
        <span class="zoom" role="group" aria-label=${t('map.zoom')}>
          <button class="button" aria-label=${t('map.zoom.in')} @click=${() => zoom(1)}>+</button>
          <button class="button" aria-label=${t('map.zoom.out')} @click=${() => zoom(-1)}>−</button>
        </span>
        ${picking ? html`<button class="button" @click=${() => app.set({ picking: false })}>${t('form.cancel')}</button>` : nothing}`,
      legend,
    );
    target.setAttribute('aria-label', t('map.title'));
    target.classList.toggle('picking', picking);
  }

  /** @param {number} by */
  function zoom(by) {
    view.setZoom((view.getZoom() ?? 13) + by);
    hand();
  }

  new ResizeObserver(() => {
    map.updateSize();
    if (!byHand && target.clientWidth) fit();
  }).observe(target);

  let themed = document.documentElement.dataset.theme;
  return {
    kinds: ['team', 'incident', 'control', 'ui', 'language', 'tick'],
    every: REDRAW_MS,
    fit() {
      byHand = false;
      fit();
    },
    zoom,
    draw(dirty) {
      if (document.documentElement.dataset.theme !== themed) {
        themed = document.documentElement.dataset.theme;
        colours = theme();
        base.restyle();
      }
      if (dirty.has('incident')) sync(incidents, 'incident', incidentPlaces());
      if (dirty.has('team') || dirty.has('incident')) sync(teams, 'team', teamPlaces());
      if (dirty.has('control')) syncControls();
      if (dirty.has('ui') || dirty.has('tick')) {
        controls.changed();
        teams.changed();
        incidents.changed();
      }
      const set = [...app.store.rows('incident').keys()].sort().join();
      if (set !== fitted) {
        fitted = set;
        if (!app.ui.locked) fit();
      }
      if (dirty.has('ui') || dirty.has('language') || dirty.has('incident')) chrome();
    },
  };
}
