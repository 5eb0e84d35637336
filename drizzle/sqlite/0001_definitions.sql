CREATE TABLE `definition` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`definition` text NOT NULL,
	`key` text NOT NULL,
	`doc` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `definition_key` ON `definition` (`tenant_id`,`definition`,`key`);--> statement-breakpoint
CREATE TABLE `secret` (
	`tenant_id` integer NOT NULL,
	`name` text NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`tenant_id`, `name`)
);
