// Written by tools/vendor.mjs.
export { html, svg, nothing, noChange, render } from 'lit-html';
export { repeat } from 'lit-html/directives/repeat.js';
export { classMap } from 'lit-html/directives/class-map.js';
export { styleMap } from 'lit-html/directives/style-map.js';
export { live } from 'lit-html/directives/live.js';
