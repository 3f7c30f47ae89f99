// SPDX-License-Identifier: Apache-2.0
// Where things are in the picture of the mesh: a column for each kind of stage in the order of the path, or a row where
// there is no room for columns; in it a card for each release of a service. Pure: numbers in, numbers out.

export const CARD = { height: 100 };
const GAP = 14;
const HEAD = 64;
const FOOT = 34;
const NARROW = 500;
const TITLES = ["Encode", "Project", "Reason", "Project", "Generate"];
const CARRIED = ["F", "P", "S", "H"];

/** Instances of one release of one service; a service that sleeps has a card too. */
function cardsOf(service, routes) {
  const releases = new Map();
  for (const instance of service.instances) {
    const key = service.service + "=" + instance.bundle + "@" + instance.version;
    const card = releases.get(key) ?? {
      key, service: service.service, bundle: instance.bundle, version: instance.version, candidate: instance.candidate, instances: [],
    };
    card.instances.push(instance);
    releases.set(key, card);
  }
  const cards = [...releases.values()];
  if (cards.length === 0) return [{ key: service.service, service: service.service, bundle: "", version: "", instances: [], share: null }];
  return cards.map((card) => ({ ...card, ...shareOf(card, cards, routes) }));
}

/** As a route has it; without one whoever serves takes part, each release as often as it has instances. */
function shareOf(card, cards, routes) {
  for (const route of routes) {
    const named = route.shares.filter((share) => share.releases.some((release) => release.startsWith(card.service + "=")));
    if (named.length === 0) continue;
    const own = named.filter((share) => share.releases.includes(card.key));
    return { share: own.reduce((sum, share) => sum + share.share, 0), onTrial: own.some((share) => share.on_trial) };
  }
  const serving = (one) => (one.candidate ? 0 : one.instances.filter((instance) => instance.state === "serving").length);
  const all = cards.reduce((sum, other) => sum + serving(other), 0);
  return { share: all ? serving(card) / all : 0, onTrial: false };
}

export function layout(mesh, width) {
  const columns = mesh.stages.map((stage, i) => ({
    stage: stage.stage, number: i + 1, title: TITLES[i],
    cards: stage.services.flatMap((service) => cardsOf(service, mesh.routes)),
  }));
  const result = width < NARROW ? rows(columns, width) : sideBySide(columns, width);
  const cards = columns.flatMap((column) => column.cards);
  const edges = columns.slice(1).flatMap((column, i) =>
    columns[i].cards.flatMap((from) => column.cards.map((to) => ({ from, to, path: result.join(from, to) }))));
  const gaps = columns.slice(1).map((_, i) => ({ letter: CARRIED[i], ...result.between(columns[i], columns[i + 1]) }));
  return { ...result, columns, cards, edges, gaps };
}

function sideBySide(columns, width) {
  const pitch = width / columns.length;
  const cardWidth = Math.min(132, Math.max(80, pitch - 30));
  const tallest = Math.max(...columns.map((column) => column.cards.length * (CARD.height + GAP) - GAP));
  const middle = HEAD + tallest / 2;
  columns.forEach((column, i) => {
    column.x = (i + 0.5) * pitch;
    column.y = 14;
    const top = middle - (column.cards.length * (CARD.height + GAP) - GAP) / 2;
    column.cards.forEach((card, j) => Object.assign(card, { x: column.x - cardWidth / 2, y: top + j * (CARD.height + GAP), width: cardWidth, height: CARD.height }));
  });
  const backbone = columns[2].cards;
  const [first, last] = [backbone[0], backbone.at(-1)];
  const height = HEAD + tallest + FOOT;
  const x = columns[2].x;
  return {
    across: true, width, height,
    join(from, to) {
      const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
      const bend = (x2 - x1) * 0.6;
      return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    },
    between: (a, b) => ({ x: (a.x + b.x) / 2, y: middle - 10 }),
    textIn: { path: `M${columns[0].cards[0].x} 48H${x - 12}Q${x} 48 ${x} 60V${first.y}`, x: columns[0].cards[0].x, y: 42 },
    textOut: { path: `M${x} ${last.y + last.height}V${height - 26}Q${x} ${height - 14} ${x + 12} ${height - 14}H${width - 14}`, x: x + 16, y: height - 20 },
    signals: (i) => ({ x: (columns[2].x + columns[3].x) / 2, y: first.y - 16 - i * 20 }),
  };
}

function rows(columns, width) {
  const cardWidth = Math.min(132, (width - 2 * GAP) / 3);
  let y = 0;
  columns.forEach((column) => {
    column.x = 28;
    column.y = y + 13;
    column.isLeft = true;
    y += 24;
    column.cards.forEach((card, j) => {
      const [line, place] = [Math.floor(j / 3), j % 3];
      Object.assign(card, { x: place * (cardWidth + GAP), y: y + line * (CARD.height + GAP), width: cardWidth, height: CARD.height });
    });
    y += Math.ceil(column.cards.length / 3) * (CARD.height + GAP) + 8;
  });
  const backbone = columns[2].cards[0];
  const right = width - 10;
  const middle = backbone.y + CARD.height / 2;
  return {
    across: false, width, height: y,
    join(from, to) {
      const [x1, y1, x2, y2] = [from.x + 14, from.y + from.height, to.x + 14, to.y];
      const bend = (y2 - y1) * 0.5;
      return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
    },
    between: (_, b) => ({ x: b.cards[0].x + 34, y: b.cards[0].y - 29 }),
    textIn: { path: `M${right} ${columns[0].cards[0].y}V${middle - 24}Q${right} ${middle - 12} ${right - 12} ${middle - 12}H${backbone.x + backbone.width}`, x: right - 34, y: columns[0].cards[0].y + 10 },
    textOut: { path: `M${backbone.x + backbone.width} ${middle + 12}H${right - 12}Q${right} ${middle + 12} ${right} ${middle + 24}V${columns[3].cards[0].y + CARD.height}`, x: right - 34, y: columns[3].cards[0].y + CARD.height - 4 },
    signals: (i) => ({ x: backbone.x + backbone.width + 34 + i * 52, y: backbone.y + CARD.height / 2 + 30 }),
  };
}
