// Rebuilds web/static/vendor: each library is one module holding only what the page imports, with its licence beside
// it and its name, version and sha256 in VENDOR.toml. The page itself has no build step; this runs when a version or
// an import changes: `cd tools && npm install && npm run vendor`.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'web', 'static', 'vendor');
const modules = join(here, 'node_modules');
const RAW_BYTES_MAX = 1_200_000;

const libraries = [
  {
    file: 'lit.js',
    package: 'lit-html',
    exports: `
export { html, svg, nothing, noChange, render } from 'lit-html';
export { repeat } from 'lit-html/directives/repeat.js';
export { classMap } from 'lit-html/directives/class-map.js';
export { styleMap } from 'lit-html/directives/style-map.js';
export { live } from 'lit-html/directives/live.js';
`,
  },
  {
    file: 'ol.js',
    package: 'ol',
    exports: `
export { default as Map } from 'ol/Map.js';
export { default as View } from 'ol/View.js';
export { default as Feature } from 'ol/Feature.js';
export { default as VectorLayer } from 'ol/layer/Vector.js';
export { default as VectorImageLayer } from 'ol/layer/VectorImage.js';
export { default as TileLayer } from 'ol/layer/Tile.js';
export { default as VectorSource } from 'ol/source/Vector.js';
export { default as XYZ } from 'ol/source/XYZ.js';
export { default as GeoJSON } from 'ol/format/GeoJSON.js';
export { default as Point } from 'ol/geom/Point.js';
export { default as LineString } from 'ol/geom/LineString.js';
export { default as Polygon } from 'ol/geom/Polygon.js';
export { Style, Fill, Stroke, Text, Circle as CircleStyle, RegularShape } from 'ol/style.js';
export { fromLonLat, toLonLat } from 'ol/proj.js';
export { boundingExtent, extend, isEmpty, createEmpty, buffer, getCenter } from 'ol/extent.js';
export { defaults as defaultInteractions } from 'ol/interaction/defaults.js';
export { default as Draw } from 'ol/interaction/Draw.js';
export { default as Modify } from 'ol/interaction/Modify.js';
export { default as Snap } from 'ol/interaction/Snap.js';
export { default as ScaleLine } from 'ol/control/ScaleLine.js';
`,
  },
];

/** @param {string} name */
function about(name) {
  const folder = join(modules, name);
  const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE'].map((f) => join(folder, f)).find(existsSync);
  if (!text) throw new Error(`${name}: no licence text`);
  return { name, version: found.version, licence: found.license, text };
}

let toml = '# Libraries shipped inside the page. Written by tools/vendor.mjs; do not edit.\n';
let bytes = 0;
for (const library of libraries) {
  const target = join(out, library.file);
  const main = about(library.package);
  const built = await build({
    metafile: true,
    stdin: { contents: library.exports, resolveDir: here, loader: 'js' },
    bundle: true,
    format: 'esm',
    target: 'chrome94',
    minify: true,
    legalComments: 'inline',
    outfile: target,
    banner: { js: `/* ${main.name} ${main.version}, ${main.licence}; see VENDOR.toml */` },
  });
  // The same exports as types, for the checker only: browsers never ask for this file.
  writeFileSync(target.replace('.js', '.d.ts'), `// Written by tools/vendor.mjs.${library.exports}`);
  const content = readFileSync(target);
  bytes += content.length;
  const sha256 = createHash('sha256').update(content).digest('hex');
  toml += `\n[[library]]\nfile = "${library.file}"\nname = "${main.name}"\nversion = "${main.version}"\n`;
  toml += `licence = "${main.licence}"\nlicence_text = "LICENCE.${main.name}.txt"\nsha256 = "${sha256}"\n`;
  copyFileSync(main.text, join(out, `LICENCE.${main.name}.txt`));
  // What else came into the bundle and has a licence of its own.
  const inputs = Object.values(built.metafile.outputs)[0].inputs;
  const inside = new Set(Object.keys(inputs).filter((p) => inputs[p].bytesInOutput).map((p) => p.split('node_modules/').pop()?.split('/')[0]));
  for (const name of [...inside].filter((n) => n && n !== library.package && n !== '<stdin>').sort()) {
    const part = about(/** @type {string} */ (name));
    toml += `\n[[library.inside]]\nname = "${part.name}"\nversion = "${part.version}"\n`;
    toml += `licence = "${part.licence}"\nlicence_text = "LICENCE.${part.name}.txt"\n`;
    copyFileSync(part.text, join(out, `LICENCE.${part.name}.txt`));
  }
}
if (bytes > RAW_BYTES_MAX) throw new Error(`vendored libraries: ${bytes} bytes, more than ${RAW_BYTES_MAX}`);
writeFileSync(join(out, 'VENDOR.toml'), toml);
console.log(`${bytes} bytes in ${libraries.length} files`);
