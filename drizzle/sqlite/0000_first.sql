CREATE TABLE `credential` (
	`tenant_id` integer NOT NULL,
	`resource_rid` integer NOT NULL,
	`password_hash` text NOT NULL,
	`changed` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `resource_rid`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `import_input` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`import_rid` integer NOT NULL,
	`sequence` integer NOT NULL,
	`bytes` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `import_input_sequence` ON `import_input` (`tenant_id`,`import_rid`,`sequence`);--> statement-breakpoint
CREATE TABLE `import_job` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`state` text NOT NULL,
	`dialect` text NOT NULL,
	`mode` text NOT NULL,
	`match` text NOT NULL,
	`dry_run` integer NOT NULL,
	`file_name` text NOT NULL,
	`file_bytes` integer NOT NULL,
	`created_by` text NOT NULL,
	`created` integer NOT NULL,
	`started` integer,
	`finished` integer,
	`total` integer NOT NULL,
	`planned` text,
	`counts` text NOT NULL,
	`message` text,
	`warnings` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `import_job_id` ON `import_job` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `import_job_state` ON `import_job` (`tenant_id`,`state`);--> statement-breakpoint
CREATE TABLE `import_row` (
	`tenant_id` integer NOT NULL,
	`import_rid` integer NOT NULL,
	`row` integer NOT NULL,
	`line` integer NOT NULL,
	`planned` text,
	`outcome` text,
	`resource_rid` integer,
	`key` text,
	`problems` text,
	PRIMARY KEY(`tenant_id`, `import_rid`, `row`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `import_row_problems` ON `import_row` (`tenant_id`,`import_rid`,`row`) WHERE problems IS NOT NULL;--> statement-breakpoint
CREATE TABLE `member` (
	`tenant_id` integer NOT NULL,
	`group_rid` integer NOT NULL,
	`member_rid` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `group_rid`, `member_rid`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `member_of` ON `member` (`tenant_id`,`member_rid`,`group_rid`);--> statement-breakpoint
CREATE TABLE `resource` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`resource_type` text NOT NULL,
	`id` text NOT NULL,
	`unique_key` text,
	`display_key` text,
	`external_id` text,
	`active` integer,
	`created` integer NOT NULL,
	`modified` integer NOT NULL,
	`version` integer NOT NULL,
	`doc` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resource_id` ON `resource` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `resource_unique` ON `resource` (`tenant_id`,`resource_type`,`unique_key`);--> statement-breakpoint
CREATE INDEX `resource_type` ON `resource` (`tenant_id`,`resource_type`);--> statement-breakpoint
CREATE INDEX `resource_display` ON `resource` (`tenant_id`,`resource_type`,`display_key`) WHERE display_key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `resource_external_id` ON `resource` (`tenant_id`,`external_id`) WHERE external_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `resource_count` (
	`tenant_id` integer NOT NULL,
	`resource_type` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `resource_type`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `role_assignment` (
	`tenant_id` integer NOT NULL,
	`resource_rid` integer NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `resource_rid`, `role`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `token` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`profile` text NOT NULL,
	`created` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `token_id` ON `token` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `token_hash` ON `token` (`hash`);