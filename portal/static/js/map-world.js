// The shapes of the offline world: read once, projected to Web Mercator, in units of the world's width.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});
  const worlds = new Map(); // address of the file → promise of its shapes

  const mercatorX = (lng) => (lng + 180) / 360;
  function mercatorY(lat) {
    const phi = (Math.max(-86, Math.min(86, lat)) * Math.PI) / 180;
    return 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI);
  }

  // A line in units of the world's width, unwrapped: it runs on past the antimeridian instead of jumping back.
  function line(coordinates, closed) {
    const points = new Float64Array(2 * coordinates.length + (closed ? 4 : 0));
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    let shift = 0, last = null, used = 0;
    const add = (x, y) => {
      points[used] = x;
      points[used + 1] = y;
      used += 2;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    };
    for (const [lng, lat] of coordinates) {
      let x = mercatorX(lng) + shift;
      if (last !== null && Math.abs(x - last) > 0.5) {
        const step = x > last ? -1 : 1;
        shift += step;
        x += step;
      }
      last = x;
      add(x, mercatorY(lat));
    }
    if (closed && Math.abs(points[0] - last) > 0.5) { // round the pole: Antarctica is closed below the map
      const first = points[0];
      add(last, 1.1);
      add(first, 1.1);
    }
    return { points: points.subarray(0, used), box };
  }

  function polygon(rings) {
    const lines = rings.map((ring) => line(ring, true));
    const outer = lines[0].box;
    for (const hole of lines.slice(1)) { // into the same world copy as the land around it
      const step = hole.box[0] < outer[0] ? 1 : hole.box[2] > outer[2] ? -1 : 0;
      if (step) hole.points.forEach((value, i) => { if (i % 2 === 0) hole.points[i] = value + step; });
    }
    return { lines, box: outer };
  }

  function label(feature) {
    const { type, coordinates } = feature.geometry;
    let widest = null;
    for (const rings of type === "Polygon" ? [coordinates] : coordinates) {
      const { points, box } = line(rings[0], true);
      let area = 0, x = 0, y = 0;
      for (let i = 0; i < points.length; i += 2) {
        const j = (i + 2) % points.length;
        const cross = points[i] * points[j + 1] - points[j] * points[i + 1];
        area += cross;
        x += (points[i] + points[j]) * cross;
        y += (points[i + 1] + points[j + 1]) * cross;
      }
      const size = Math.abs(area);
      if (size && (!widest || size > widest.size)) {
        widest = { size, x: x / (3 * area), y: y / (3 * area), width: box[2] - box[0], name: feature.properties.name };
      }
    }
    return widest;
  }

  function shapes(topology) {
    const { land, countries } = topology.objects;
    const collection = topojson.feature(topology, land);
    const features = collection.features || [collection];
    const polygons = features.flatMap(({ geometry }) =>
      geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);
    const mesh = (filter) => topojson.mesh(topology, countries, filter).coordinates.map((part) => {
      const only = line(part, false);
      return { lines: [only], box: only.box };
    });
    return {
      land: polygons.map(polygon),
      borders: mesh((a, b) => a !== b),
      coasts: mesh((a, b) => a === b),
      names: topojson.feature(topology, countries).features.map(label).filter(Boolean),
    };
  }

  function load(url) {
    if (!worlds.has(url)) {
      const answer = fetch(url, { credentials: "same-origin" }).then((response) => {
        if (!response.ok) throw new Error(`base map: ${response.status}`);
        return response.json();
      }).then(shapes);
      worlds.set(url, answer);
      answer.catch(() => worlds.delete(url));
    }
    return worlds.get(url);
  }

  Object.assign(PortalMap, { loadWorld: load, mercatorY });
})();
