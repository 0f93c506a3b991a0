// The base map: the offline world drawn on canvas tiles, or raster tiles where an address is configured.
(() => {
  "use strict";
  const PortalMap = (window.PortalMap = window.PortalMap || {});

  // Adds a line to the path; leaves out steps under half a pixel and runs that stay beyond one edge of the tile.
  function trace(context, points, scale, left, top, size, margin) {
    let lastX = 0, lastY = 0, side = 0, skipped = false, started = false;
    const edge = size + margin;
    for (let i = 0; i < points.length; i += 2) {
      const x = points[i] * scale - left;
      const y = points[i + 1] * scale - top;
      const here = (x < -margin ? 1 : x > edge ? 2 : 0) | (y < -margin ? 4 : y > edge ? 8 : 0);
      const near = Math.abs(x - lastX) + Math.abs(y - lastY) < 0.5;
      const outside = started && (here & side) !== 0;
      if (!started) context.moveTo(x, y);
      else if ((near || outside) && i < points.length - 2) {
        skipped = true;
        if (!outside) continue;
        lastX = x;
        lastY = y;
        side &= here;
        continue;
      } else {
        if (skipped) context.lineTo(lastX, lastY);
        context.lineTo(x, y);
      }
      [lastX, lastY, side, skipped, started] = [x, y, here, false, true];
    }
  }

  PortalMap.World = L.GridLayer.extend({
    options: { tileSize: 512, attribution: "Natural Earth", updateWhenZooming: false },

    initialize(url, options) {
      L.GridLayer.prototype.initialize.call(this, options);
      this._url = url;
    },

    onAdd(map) {
      this._repaint = () => { this._ink = null; this.redraw(); };
      this._theme = new MutationObserver(this._repaint);
      this._theme.observe(document.documentElement, { attributeFilter: ["data-bs-theme", "class"] });
      this._dark = window.matchMedia("(prefers-color-scheme: dark)");
      this._dark.addEventListener("change", this._repaint);
      L.GridLayer.prototype.onAdd.call(this, map);
      PortalMap.loadWorld(this._url).then((world) => { this._world = world; this.redraw(); }, () => this.fire("loaderror"));
    },

    onRemove(map) {
      this._theme.disconnect();
      this._dark.removeEventListener("change", this._repaint);
      L.GridLayer.prototype.onRemove.call(this, map);
    },

    createTile(coords) {
      const tile = document.createElement("canvas");
      const size = this.getTileSize().x;
      const sharp = Math.min(3, window.devicePixelRatio || 1);
      tile.width = tile.height = size * sharp;
      const context = tile.getContext("2d");
      context.scale(sharp, sharp);
      if (this._world) this._draw(context, coords, size);
      return tile;
    },

    _colours() {
      if (!this._ink) {
        const style = getComputedStyle(this._map.getContainer());
        const of = (name) => style.getPropertyValue(`--map-${name}`).trim();
        this._ink = {
          sea: of("sea"), land: of("land"), border: of("border"), coast: of("coast"), name: of("name"),
          font: style.fontFamily,
        };
      }
      return this._ink;
    },

    _draw(context, coords, size) {
      const ink = this._colours();
      const scale = 256 * 2 ** coords.z;
      const [left, top] = [coords.x * size, coords.y * size];
      const box = [(left - 4) / scale, (top - 4) / scale, (left + size + 4) / scale, (top + size + 4) / scale];
      const path = (items) => {
        context.beginPath();
        for (const item of items) {
          for (let copy = -2; copy <= 2; copy += 1) {
            const [west, north, east, south] = item.box;
            if (west + copy > box[2] || east + copy < box[0] || north > box[3] || south < box[1]) continue;
            for (const { points } of item.lines) trace(context, points, scale, left - copy * scale, top, size, 4);
          }
        }
      };
      context.fillStyle = ink.sea;
      context.fillRect(0, 0, size, size);
      path(this._world.land);
      context.fillStyle = ink.land;
      context.fill("evenodd");
      context.lineJoin = "round";
      context.lineWidth = coords.z < 4 ? 0.6 : 1;
      path(this._world.coasts);
      context.strokeStyle = ink.coast;
      context.stroke();
      path(this._world.borders);
      context.strokeStyle = ink.border;
      context.stroke();
      if (coords.z >= 2 && coords.z <= 8) this._names(context, ink, scale, left, top, size);
      if (coords.z >= 8) this._grid(context, ink, scale, left, top, size);
    },

    // Close up there is little else to see: a grid of degrees shows where one is and that the map moves.
    _grid(context, ink, scale, left, top, size) {
      const wide = (360 * 180) / scale; // degrees in 180 pixels
      const tenth = 10 ** Math.floor(Math.log10(wide));
      const step = tenth * [1, 2, 5, 10].find((factor) => factor * tenth >= wide * 0.999);
      const digits = Math.max(0, -Math.floor(Math.log10(step)));
      const lngAt = (x) => ((x + left) / scale) * 360 - 180;
      const latAt = (y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + top)) / scale))) * 180) / Math.PI;
      const yOf = (lat) => scale * PortalMap.mercatorY(lat) - top;
      const within = (low, high) =>
        Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, i) => (Math.ceil(low / step) + i) * step);
      context.globalAlpha = 0.55;
      context.beginPath();
      const xs = within(lngAt(-180), lngAt(size)).map((lng) => [((lng + 180) / 360) * scale - left, lng]);
      const ys = within(latAt(size + 20), latAt(0)).map((lat) => [yOf(lat), lat]);
      for (const [x] of xs) {
        context.moveTo(x, 0);
        context.lineTo(x, size);
      }
      for (const [y] of ys) {
        context.moveTo(0, y);
        context.lineTo(size, y);
      }
      context.strokeStyle = ink.border;
      context.lineWidth = 0.75;
      context.stroke();
      context.globalAlpha = 1;
      context.font = `11px ${ink.font}`;
      context.fillStyle = ink.name;
      context.textAlign = "left";
      context.textBaseline = "bottom";
      const language = document.documentElement.lang || undefined;
      const figures = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
      const write = (degrees) => `${figures.format(degrees)}°`;
      for (const [x, lng] of xs) {
        for (const [y, lat] of ys) context.fillText(`${write(lat)}  ${write(lng)}`, x + 4, y - 3);
      }
    },

    // A name is drawn on every tile that it touches, and only where its country is wider than it.
    _names(context, ink, scale, left, top, size) {
      context.font = `500 12px ${ink.font}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineWidth = 3;
      for (const { name, x, y, width } of this._world.names) {
        const half = context.measureText(name).width / 2;
        if (width * scale < 2.6 * half) continue;
        for (let copy = -2; copy <= 2; copy += 1) {
          const [px, py] = [(x + copy) * scale - left, y * scale - top];
          if (px + half < 0 || px - half > size || py < -10 || py > size + 10) continue;
          context.strokeStyle = ink.land;
          context.strokeText(name, px, py);
          context.fillStyle = ink.name;
          context.fillText(name, px, py);
        }
      }
    },
  });

  PortalMap.world = (map, { url }) => {
    const { minZoom, maxZoom } = map.options;
    map.portalBase = new PortalMap.World(url, { minZoom, maxZoom }).addTo(map);
  };

  // Public tile servers ask who calls; no other request of the portal tells.
  PortalMap.tiles = (map, { url, attribution }) => {
    const { minZoom, maxZoom } = map.options;
    const referrerPolicy = "strict-origin-when-cross-origin";
    map.portalBase = L.tileLayer(url, { attribution, referrerPolicy, minZoom, maxZoom, maxNativeZoom: 19 }).addTo(map);
  };
})();
