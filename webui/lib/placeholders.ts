export type Placeholder = { name: string; type: string }

/** The {name:Type} placeholders of a statement, each once, outside of strings and comments. */
export function placeholders(sql: string): Placeholder[] {
  const code = sql.replace(/'(?:\\.|''|[^'\\])*'|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
  const found = new Map<string, string>()
  for (const [, name, type] of code.matchAll(/\{\s*([A-Za-z_]\w*)\s*:\s*([^{}]+?)\s*\}/g)) {
    if (name && type && !found.has(name)) found.set(name, type)
  }
  return [...found].map(([name, type]) => ({ name, type }))
}
