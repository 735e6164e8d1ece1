import { type AnyVariable } from './variable.js';

/** The variables as a Markdown table, the very text that the README has between its markers. */
export function configurationTable(variables: readonly AnyVariable[]): string {
  const rows = variables.map(({ name, aliases, purpose, allowed, defaultText }) => {
    const names = [name, ...aliases].map((each) => `\`${each}\``).join(', ');
    return `| ${names} | ${purpose} | ${allowed} | ${defaultText} |`;
  });
  return ['| variable | what it does | allowed | default |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
