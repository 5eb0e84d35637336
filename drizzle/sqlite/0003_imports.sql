CREATE TABLE `import_group` (
	`tenant_id` integer NOT NULL,
	`import_rid` integer NOT NULL,
	`group_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `import_rid`, `group_id`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `import_job` ADD `options` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `import_job` ADD `sha256` text;--> statement-breakpoint
ALTER TABLE `import_job` ADD `idempotency_key` text;--> statement-breakpoint
ALTER TABLE `import_job` ADD `retry_of` text;--> statement-breakpoint
ALTER TABLE `import_job` ADD `shape` text;--> statement-breakpoint
ALTER TABLE `import_job` ADD `passwords` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `import_job` ADD `is_cancelled` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `import_job` ADD `phase` text;--> statement-breakpoint
ALTER TABLE `import_job` ADD `undone` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `import_job_idempotency` ON `import_job` (`tenant_id`,`idempotency_key`);--> statement-breakpoint
CREATE INDEX `import_job_sha256` ON `import_job` (`tenant_id`,`sha256`);--> statement-breakpoint
ALTER TABLE `import_row` ADD `raw` text;--> statement-breakpoint
ALTER TABLE `import_row` ADD `before` text;--> statement-breakpoint
ALTER TABLE `import_row` ADD `version` integer;--> statement-breakpoint
ALTER TABLE `import_row` ADD `reference` text;--> statement-breakpoint
ALTER TABLE `import_row` ADD `undo` text;--> statement-breakpoint
CREATE INDEX `import_row_reference` ON `import_row` (`tenant_id`,`import_rid`,`row`) WHERE reference IS NOT NULL;--> statement-breakpoint
CREATE INDEX `import_row_raw` ON `import_row` (`tenant_id`,`import_rid`,`row`) WHERE raw IS NOT NULL;