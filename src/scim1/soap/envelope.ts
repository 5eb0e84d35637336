import { ScimError } from "../../scim/error.ts";
import { type XmlElement, xmlText } from "./xml.ts";

/** The two versions of SOAP: their namespaces, the media types of their messages, and how they tell a fault. */
export const soapVersions = {
  "1.1": {
    namespace: "http://schemas.xmlsoap.org/soap/envelope/",
    mediaType: "text/xml",
    fault: (code: FaultCode, text: string) =>
      `<faultcode>soapenv:${code}</faultcode><faultstring>${xmlText(text)}</faultstring><detail/>`,
  },
  "1.2": {
    namespace: "http://www.w3.org/2003/05/soap-envelope",
    mediaType: "application/soap+xml",
    fault: (code: FaultCode, text: string) =>
      `<soapenv:Code><soapenv:Value>soapenv:${codes12[code]}</soapenv:Value></soapenv:Code>` +
      `<soapenv:Reason><soapenv:Text xml:lang="en">${xmlText(text)}</soapenv:Text></soapenv:Reason>`,
  },
} as const;
export type SoapVersion = keyof typeof soapVersions;

/** Whose fault it is: the client's, or the server's. */
export type FaultCode = "Client" | "Server";
const codes12 = {
  Client: "Sender",
  Server: "Receiver",
} as const satisfies Record<FaultCode, string>;

/** The version whose messages have this media type. */
export function versionOf(mediaType: string): SoapVersion | undefined {
  if (mediaType === soapVersions["1.1"].mediaType) return "1.1";
  return mediaType === soapVersions["1.2"].mediaType ? "1.2" : undefined;
}

/**
 * The element in the body of a message: the operation that is called.
 *
 * @throws ScimError invalidSyntax for what is no message of that version, or has a header that must be understood
 */
export function readEnvelope(root: XmlElement, version: SoapVersion): XmlElement {
  const { namespace } = soapVersions[version];
  const isOwn = (element: XmlElement, name: string): boolean =>
    element.namespace === namespace && element.name === name;
  if (!isOwn(root, "Envelope")) throw syntax(`The body must be an Envelope of SOAP ${version}.`);
  const header = root.children.find((child) => isOwn(child, "Header"));
  const demanding = header?.children.find(({ attributes }) =>
    attributes.some(
      (each) => each.namespace === namespace && each.name === "mustUnderstand" && /^(1|true)$/.test(each.value),
    ),
  );
  if (demanding !== undefined) throw syntax(`The header ${demanding.name.slice(0, 100)} is not understood here.`);
  const body = root.children.find((child) => isOwn(child, "Body"));
  const [operation, ...more] = body?.children ?? [];
  if (operation === undefined || more.length > 0) throw syntax("The Body must hold one operation.");
  return operation;
}

/** What stands around the results of an operation. */
export function responseFrame(version: SoapVersion, namespace: string, operation: string) {
  const name = `ns:${operation}Response`;
  return {
    before: `${opening(version)}<${name} xmlns:ns="${xmlText(namespace)}">`,
    after: `</${name}>${closing}`,
  };
}

/** One result of an operation. */
export function returned(value: string | boolean): string {
  return `<ns:return>${xmlText(String(value))}</ns:return>`;
}

/** A message that tells why an operation was refused. */
export function faultMessage(version: SoapVersion, code: FaultCode, text: string): string {
  return `${opening(version)}<soapenv:Fault>${soapVersions[version].fault(code, text)}</soapenv:Fault>${closing}`;
}

const opening = (version: SoapVersion): string =>
  `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${soapVersions[version].namespace}"><soapenv:Body>`;
const closing = "</soapenv:Body></soapenv:Envelope>";

function syntax(detail: string): ScimError {
  return new ScimError("invalidSyntax", detail);
}
