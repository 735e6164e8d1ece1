/**
 * A destination for display: an e-mail address with its first two characters, a URL with its origin, anything else with its
 * first three and last two characters. Counts characters, not bytes.
 */
export function maskDestination(destination: string): string {
  if (URL.canParse(destination) && /^https?:/.test(destination)) return `${new URL(destination).origin}/***`;
  const at = destination.lastIndexOf('@');
  if (at > 0) return `${[...destination.slice(0, at)].slice(0, 2).join('')}***${destination.slice(at)}`;
  const characters = [...destination];
  return characters.length < 8 ? '***' : `${characters.slice(0, 3).join('')}***${characters.slice(-2).join('')}`;
}
