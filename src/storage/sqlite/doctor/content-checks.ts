import { type Check, type QueryCheck, queryCheck } from "./check.ts";

/** Rows of `table` whose `column` names no row of `parent` in their tenant. */
function orphans(table: string, column: string, parent = "resource"): QueryCheck {
  const gone = `NOT EXISTS (SELECT 1 FROM ${parent} WHERE ${parent}.rid = ${table}.${column}
    AND ${parent}.tenant_id = ${table}.tenant_id)`;
  return {
    name: `orphans ${table}.${column}`,
    looksFor: `rows of ${table} whose ${column} names no row of ${parent}`,
    find: `SELECT 'tenant ' || tenant_id || ': ${column} ' || ${column} AS found FROM ${table} WHERE ${gone}`,
    repair: [`DELETE FROM ${table} WHERE ${gone}`],
  };
}

const membersThere = `(SELECT count(*) FROM member
  WHERE member.tenant_id = resource.tenant_id AND member.group_rid = resource.rid)`;

/** The memberships of groups in groups. */
const nested = `SELECT member.tenant_id, member.member_rid, member.group_rid FROM resource CROSS JOIN member
  ON member.tenant_id = resource.tenant_id AND member.member_rid = resource.rid WHERE resource.resource_type = 'Group'`;
const noted = "SELECT tenant_id, member_rid, group_rid FROM nesting";

const outcomesThere = `SELECT outcome, count(*) AS rows FROM import_row
  WHERE import_row.tenant_id = import_job.tenant_id AND import_row.import_rid = import_job.rid
    AND outcome IS NOT NULL AND outcome <> 'not_run' GROUP BY outcome`;

/**
 * What must hold between the tables. Orphans come first: counters are of what is left when they are gone. The
 * rows of an import remember resources that were deleted since, which is no finding.
 */
const queries: readonly QueryCheck[] = [
  orphans("member", "group_rid"),
  orphans("member", "member_rid"),
  orphans("credential", "resource_rid"),
  orphans("role_assignment", "resource_rid"),
  orphans("attribute_value", "index_rid", "attribute_index"),
  orphans("attribute_value", "resource_rid"),
  orphans("assignment", "application_rid", "application"),
  orphans("assignment", "resource_rid"),
  orphans("activation", "resource_rid"),
  orphans("activation", "mail_rid", "mail"),
  orphans("import_input", "import_rid", "import_job"),
  orphans("import_row", "import_rid", "import_job"),
  orphans("import_group", "import_rid", "import_job"),
  {
    name: "count of resources",
    looksFor: "types of which a tenant has more or fewer resources than were counted",
    find: `SELECT 'tenant ' || tenant_id || ', ' || resource_type || ': ' || sum(counted) || ' counted, '
        || sum(there) || ' there' AS found
      FROM (SELECT tenant_id, resource_type, count AS counted, 0 AS there FROM resource_count
        UNION ALL SELECT tenant_id, resource_type, 0, count(*) FROM resource GROUP BY tenant_id, resource_type)
      GROUP BY tenant_id, resource_type HAVING sum(counted) <> sum(there)`,
    repair: [
      "DELETE FROM resource_count",
      `INSERT INTO resource_count (tenant_id, resource_type, count)
         SELECT tenant_id, resource_type, count(*) FROM resource GROUP BY tenant_id, resource_type`,
    ],
  },
  {
    name: "count of members",
    looksFor: "groups that have more or fewer members than were counted",
    find: `SELECT 'tenant ' || tenant_id || ', group ' || id || ': ' || member_count || ' counted, ' || there
        || ' there' AS found
      FROM (SELECT tenant_id, id, member_count, ${membersThere} AS there FROM resource) WHERE member_count <> there`,
    repair: [`UPDATE resource SET member_count = ${membersThere} WHERE member_count <> ${membersThere}`],
  },
  {
    name: "groups in groups",
    looksFor: "memberships of groups that stand in one of the two tables for them alone",
    find: `SELECT 'tenant ' || tenant_id || ': row ' || member_rid || ' in row ' || group_rid || ' is missing' AS found
        FROM (${nested} EXCEPT ${noted})
      UNION ALL SELECT 'tenant ' || tenant_id || ': row ' || member_rid || ' in row ' || group_rid || ' is too many'
        FROM (${noted} EXCEPT ${nested})`,
    repair: ["DELETE FROM nesting", `INSERT INTO nesting (tenant_id, member_rid, group_rid) ${nested}`],
  },
  {
    name: "counts of imports",
    looksFor: "imports whose counts are not those of their rows",
    find: `SELECT 'import ' || id || ', ' || outcome || ': ' || sum(counted) || ' counted, ' || sum(there)
        || ' there' AS found
      FROM (SELECT import_job.rid, import_job.id, e.key AS outcome, e.value AS counted, 0 AS there
          FROM import_job, json_each(import_job.counts) AS e
        UNION ALL SELECT import_job.rid, import_job.id, outcome, 0, count(*) FROM import_row
          JOIN import_job ON import_job.rid = import_row.import_rid AND import_job.tenant_id = import_row.tenant_id
          WHERE outcome IS NOT NULL AND outcome <> 'not_run' GROUP BY import_job.rid, outcome)
      GROUP BY rid, outcome HAVING sum(counted) <> sum(there)`,
    repair: [`UPDATE import_job SET counts = (SELECT json_group_object(outcome, rows) FROM (${outcomesThere}))`],
  },
];

export const contentChecks: readonly Check[] = queries.map(queryCheck);
