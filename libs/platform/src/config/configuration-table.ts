import { VARIABLES, type Variable } from './variables.js';

/** The configuration as a Markdown table, the very text that the README holds between its markers. */
export function configurationTable(): string {
  const rows = VARIABLES.map((entry: Variable) => {
    const names = [entry.name, ...(entry.aliases ?? [])].map((name) => `\`${name}\``).join(', ');
    return `| ${names} | ${entry.purpose} | ${entry.allowed} | ${entry.defaultText} |`;
  });
  return ['| variable | what it does | allowed | default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
