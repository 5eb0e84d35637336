/** The one URN of SCIM 1.1's core: users, groups, configuration, lists. */
export const core1Urn = "urn:scim:schemas:core:1.0";
export const enterprise1Urn = "urn:scim:schemas:extension:enterprise:1.0";
