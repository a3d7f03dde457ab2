/** Request headers as signatures and Workers see them. */

/** Lower-case names; repeated headers joined by a comma. @param {string[]} rawHeaders names and values in turn */
export function joinedHeaders(rawHeaders) {
  const headers = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index].toLowerCase();
    const separator = name === "cookie" ? "; " : ",";
    headers[name] = Object.hasOwn(headers, name)
      ? headers[name] + separator + rawHeaders[index + 1]
      : rawHeaders[index + 1];
  }
  return headers;
}
