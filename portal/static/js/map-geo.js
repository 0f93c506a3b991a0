// Degrees, boxes and world copies. A box is [west, south, east, north]; west > east crosses the antimeridian.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});

  const wrap = (lng) => ((((lng + 180) % 360) + 360) % 360) - 180;
  const clampLat = (lat) => Math.max(-90, Math.min(90, lat));
  const finite = (value) => value !== "" && value !== null && Number.isFinite(Number(value));

  // The box on the screen, rounded outwards by less than a metre so that nothing at its edge is lost.
  function viewBox(map) {
    const view = map.getBounds();
    const down = (n) => Math.floor(n * 1e5) / 1e5;
    const up = (n) => Math.ceil(n * 1e5) / 1e5;
    const [south, north] = [clampLat(down(view.getSouth())), clampLat(up(view.getNorth()))];
    if (view.getEast() - view.getWest() >= 359.999) return [-180, south, 180, north];
    const fixed = (n) => Math.max(-180, Math.min(180, Number(n.toFixed(5))));
    return [fixed(wrap(down(view.getWest()))), south, fixed(wrap(up(view.getEast()))), north];
  }

  // The copy of a longitude that is nearest to the middle of the view.
  const nearCopy = (lng, middle) => lng + 360 * Math.round((middle - lng) / 360);

  function parseBox(text) {
    const box = (text || "").split(",").map((part) => part.trim());
    return box.length === 4 && box.every(finite) ? box.map(Number) : null;
  }

  // Leaflet bounds of a box, in the world copy nearest to the middle of the view.
  function boundsOf([west, south, east, north], middle) {
    const width = east < west ? east + 360 - west : east - west;
    const left = nearCopy(west + width / 2, middle) - width / 2;
    return L.latLngBounds([south, left], [north, left + width]);
  }

  // Pixel offsets of `count` things that share one point: rings of 12, 18, 24… around it, none over another.
  function ring(count) {
    if (count === 1) return [L.point(0, 0)];
    const offsets = [];
    for (let level = 0; offsets.length < count; level += 1) {
      const places = Math.min(12 + 6 * level, count - offsets.length);
      const radius = level ? 74 + 40 * level : Math.max(22, (38 * places) / (2 * Math.PI));
      for (let i = 0; i < places; i += 1) {
        const angle = (2 * Math.PI * i) / places - Math.PI / 2;
        offsets.push(L.point(radius * Math.cos(angle), radius * Math.sin(angle)));
      }
    }
    return offsets;
  }

  Object.assign(PortalMap, { wrap, viewBox, nearCopy, parseBox, boundsOf, ring, finite });
})();
