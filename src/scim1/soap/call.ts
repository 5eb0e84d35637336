import type { SoapCall } from "./services.ts";
import type { XmlElement } from "./xml.ts";

const instance = "http://www.w3.org/2001/XMLSchema-instance";

/** The parameters of a call, whatever namespace they were sent in: clients differ in that, and no two have one name. */
export function readCall({ children }: XmlElement): SoapCall {
  const sent = children.filter((child) => !isNil(child));
  const inner = (element: XmlElement, name: string): string =>
    element.children.find((child) => child.name === name && !isNil(child))?.text ?? "";
  return {
    texts: (name) => sent.filter((child) => child.name === name).map(({ text }) => text),
    claims: sent
      .filter(({ name }) => name === "claims")
      .map((claim) => ({ uri: inner(claim, "claimURI").trim(), value: inner(claim, "value") })),
  };
}

/** An element that says of itself that it is not there. */
function isNil({ attributes }: XmlElement): boolean {
  return attributes.some(
    ({ namespace, name, value }) => namespace === instance && name === "nil" && /^(1|true)$/.test(value),
  );
}
