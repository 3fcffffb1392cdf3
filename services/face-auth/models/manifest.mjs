// Reads the part of TOML that pack.toml uses, so that preparing the models needs Node alone: tables, arrays of tables,
// strings (also over several lines, with line-ending backslashes), numbers, lists of numbers on one line, and
// comments on lines of their own.

/** The manifest as nested objects. Throws with the line it cannot read. */
export function parseManifest(text) {
  const root = {};
  let table = root;
  const joined = text.replace(/"""([\s\S]*?)"""/g, (_, body) => JSON.stringify(body.replace(/\\\n\s*/g, '')));
  joined.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (!line || line.startsWith('#')) return;
    const header = /^(\[\[?)([\w.-]+)\]\]?$/.exec(line);
    if (header) {
      table = enter(root, header[2].split('.'), header[1] === '[[');
      return;
    }
    const pair = /^([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|-?[\d.]+|\[-?[\d.]+(?:,\s*-?[\d.]+)*\])$/.exec(line);
    if (!pair) throw new Error(`pack.toml: cannot read line ${index + 1}: ${line}`);
    table[pair[1]] = JSON.parse(pair[2]);
  });
  return root;
}

function enter(root, path, isList) {
  let table = root;
  path.forEach((key, depth) => {
    if (isList && depth === path.length - 1) {
      table[key] = [...(table[key] ?? []), {}];
      table = table[key].at(-1);
    } else {
      table[key] ??= {};
      table = table[key];
    }
  });
  return table;
}
