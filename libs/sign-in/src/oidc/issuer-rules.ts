/** Why an address cannot be an issuer, or `undefined`. Plain http would expose secrets to the network. */
export function issuerRefusal(issuer: string): string | undefined {
  if (!URL.canParse(issuer)) return 'must be an address such as https://auth.home.example';
  const { protocol, username, password, search, hash } = new URL(issuer);
  if (protocol !== 'https:' && !isOnThisMachine(issuer)) return 'must start with https://';
  if (username || password || search || hash) return 'must be an address without user, query or fragment';
  return undefined;
}

/** Http is fine where nothing leaves the machine. */
export function isOnThisMachine(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname));
}
