import { entraColumns } from "./entra.ts";
import { ignored, to } from "./rule.ts";
import { tableDialect } from "./table-dialect.ts";

/** The list of users that the portal of Microsoft Entra ID downloads. */
export const entraExportDialect = tableDialect({
  id: "entra-export",
  title: "users downloaded from Microsoft Entra ID: userPrincipalName, objectId",
  keys: ["userPrincipalName"],
  columns: {
    ...entraColumns,
    objectid: to("externalId"),
    id: to("externalId", { unless: "objectid" }),
    accountenabled: to("active"),
    _error: ignored,
  },
  recognise(header) {
    const id = ["objectid", "id"].find((name) => header.includes(name));
    if (!header.includes("userprincipalname") || id === undefined) return undefined;
    return "the header has userPrincipalName and objectId";
  },
});
