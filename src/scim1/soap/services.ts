import { xmlText } from "./xml.ts";

/** A parameter of an operation, or what it returns: its type, and whether there may be many. */
interface SoapValue {
  readonly type: "string" | "boolean" | "int" | "base64Binary" | "ClaimValue";
  readonly many?: true;
}

export interface SoapOperation {
  /** In the order in which they are sent. */
  readonly parameters: Readonly<Record<string, SoapValue>>;
  /** Absent for one that answers nothing but its refusal. */
  readonly returns?: SoapValue;
}

export interface SoapService {
  readonly namespace: string;
  readonly operations: Readonly<Record<string, SoapOperation>>;
}

const text: SoapValue = { type: "string" };

/** The namespace of claims, by which WSO2's clients send attributes. */
const claimNamespace = "http://common.mgt.user.carbon.wso2.org/xsd";

/** The services of WSO2 Identity Server by which users come in, with the operations of them that are offered here. */
export const soapServices = {
  UserAdmin: {
    namespace: "http://mgt.user.carbon.wso2.org",
    operations: {
      bulkImportUsers: {
        parameters: {
          userStoreDomain: text,
          fileName: text,
          handler: { type: "base64Binary" },
          defaultPassword: text,
        },
      },
    },
  },
  RemoteUserStoreManagerService: {
    namespace: "http://service.ws.um.carbon.wso2.org",
    operations: {
      addUser: {
        parameters: {
          userName: text,
          credential: text,
          roleList: { type: "string", many: true },
          claims: { type: "ClaimValue", many: true },
          profileName: text,
          requirePasswordChange: { type: "boolean" },
        },
      },
      listUsers: {
        parameters: { filter: text, maxItemLimit: { type: "int" } },
        returns: { type: "string", many: true },
      },
      isExistingUser: { parameters: { userName: text }, returns: { type: "boolean" } },
    },
  },
} as const satisfies Record<string, SoapService>;
export type SoapServiceName = keyof typeof soapServices;

/** An operation with the parameters of a request: of each the values that were sent, claims as their URI and value. */
export interface SoapCall {
  readonly texts: (name: string) => readonly string[];
  readonly claims: readonly { readonly uri: string; readonly value: string }[];
}

/**
 * The description of a service (WSDL 1.1), with a binding for SOAP 1.1 and one for 1.2.
 *
 * @param address where the service is called
 */
export function wsdl(name: SoapServiceName, address: string): string {
  const { namespace, operations }: SoapService = soapServices[name];
  const all = Object.entries(operations);
  const place = xmlText(address);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"',
    ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"',
    ` xmlns:ns="${namespace}" xmlns:claim="${claimNamespace}" targetNamespace="${namespace}">`,
    `<wsdl:types>${claimSchema}${typesOf(namespace, all)}</wsdl:types>`,
    ...all.map(([operation, { returns }]) => messages(operation, returns !== undefined)),
    `<wsdl:portType name="${name}PortType">${all.map(([operation, each]) => portOf(operation, each)).join("")}</wsdl:portType>`,
    bindingOf(name, "soap", "11", all),
    bindingOf(name, "soap12", "12", all),
    `<wsdl:service name="${name}">`,
    `<wsdl:port name="${name}HttpsSoap11Endpoint" binding="ns:${name}Soap11Binding"><soap:address location="${place}"/></wsdl:port>`,
    `<wsdl:port name="${name}HttpsSoap12Endpoint" binding="ns:${name}Soap12Binding"><soap12:address location="${place}"/></wsdl:port>`,
    "</wsdl:service></wsdl:definitions>\n",
  ].join("");
}

type Named = readonly (readonly [string, SoapOperation])[];

const claimSchema =
  `<xs:schema targetNamespace="${claimNamespace}" elementFormDefault="qualified"><xs:complexType name="ClaimValue"><xs:sequence>` +
  '<xs:element minOccurs="0" name="claimURI" nillable="true" type="xs:string"/>' +
  '<xs:element minOccurs="0" name="value" nillable="true" type="xs:string"/></xs:sequence></xs:complexType></xs:schema>';

function typesOf(namespace: string, operations: Named): string {
  const elements = operations.map(([name, { parameters, returns }]) => {
    const asked = elementOf(name, Object.entries(parameters));
    return returns === undefined ? asked : asked + elementOf(`${name}Response`, [["return", returns]]);
  });
  return (
    `<xs:schema targetNamespace="${namespace}" elementFormDefault="qualified"><xs:import namespace="${claimNamespace}"/>` +
    `${elements.join("")}</xs:schema>`
  );
}

function elementOf(name: string, values: readonly (readonly [string, SoapValue])[]): string {
  const inner = values.map(([each, { type, many }]) => {
    const prefix = type === "ClaimValue" ? "claim" : "xs";
    const occurs = many === true ? ' maxOccurs="unbounded"' : "";
    return `<xs:element minOccurs="0"${occurs} name="${each}" nillable="true" type="${prefix}:${type}"/>`;
  });
  return `<xs:element name="${name}"><xs:complexType><xs:sequence>${inner.join("")}</xs:sequence></xs:complexType></xs:element>`;
}

function messages(operation: string, answers: boolean): string {
  const message = (name: string, element: string): string =>
    `<wsdl:message name="${name}"><wsdl:part name="parameters" element="ns:${element}"/></wsdl:message>`;
  const asked = message(`${operation}Request`, operation);
  return answers ? asked + message(`${operation}Response`, `${operation}Response`) : asked;
}

function portOf(operation: string, { returns }: SoapOperation): string {
  const output = returns === undefined ? "" : `<wsdl:output message="ns:${operation}Response"/>`;
  return `<wsdl:operation name="${operation}"><wsdl:input message="ns:${operation}Request"/>${output}</wsdl:operation>`;
}

function bindingOf(name: string, prefix: "soap" | "soap12", version: string, operations: Named): string {
  const bound = operations.map(([operation, { returns }]) => {
    const output = returns === undefined ? "" : `<wsdl:output><${prefix}:body use="literal"/></wsdl:output>`;
    return (
      `<wsdl:operation name="${operation}"><${prefix}:operation soapAction="urn:${operation}" style="document"/>` +
      `<wsdl:input><${prefix}:body use="literal"/></wsdl:input>${output}</wsdl:operation>`
    );
  });
  return (
    `<wsdl:binding name="${name}Soap${version}Binding" type="ns:${name}PortType">` +
    `<${prefix}:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>${bound.join("")}</wsdl:binding>`
  );
}
