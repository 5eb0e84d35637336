CREATE TABLE `connector` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`doc` text NOT NULL,
	`sealed` text,
	`created` integer NOT NULL,
	`modified` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connector_id` ON `connector` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `connector_name` ON `connector` (`tenant_id`,`name`);--> statement-breakpoint
CREATE TABLE `extraction` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`connector_rid` integer NOT NULL,
	`state` text NOT NULL,
	`started` integer NOT NULL,
	`ended` integer,
	`records` integer NOT NULL,
	`unchanged` integer NOT NULL,
	`error` text,
	`import_id` text,
	`is_parked` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `extraction_id` ON `extraction` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `extraction_of` ON `extraction` (`tenant_id`,`connector_rid`,`rid`);--> statement-breakpoint
CREATE INDEX `extraction_state` ON `extraction` (`state`,`tenant_id`,`rid`);--> statement-breakpoint
CREATE TABLE `link` (
	`tenant_id` integer NOT NULL,
	`connector_rid` integer NOT NULL,
	`source_id` text NOT NULL,
	`resource_id` text NOT NULL,
	`version` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `connector_rid`, `source_id`)
) WITHOUT ROWID;
