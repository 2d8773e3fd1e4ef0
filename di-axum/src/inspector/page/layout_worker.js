// The layout of a large graph, beside the page, which goes on meanwhile.
importScripts("vendor/dagre.min.js");

onmessage = async ({ data }) => {
  const { arrange } = await import("./pack.js");
  postMessage(arrange(dagre, data));
};
