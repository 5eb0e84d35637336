CREATE TABLE `oauth_client` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`previous_hash` text,
	`scopes` text NOT NULL,
	`profile` text NOT NULL,
	`created` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_client_tenant` ON `oauth_client` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_client_id` ON `oauth_client` (`id`);--> statement-breakpoint
CREATE TABLE `tenant` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`domain` text NOT NULL,
	`created` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tenant_domain` ON `tenant` (`domain`);--> statement-breakpoint
ALTER TABLE `credential` ADD `valid_until` integer;--> statement-breakpoint
ALTER TABLE `token` ADD `client_id` text;--> statement-breakpoint
ALTER TABLE `token` ADD `last_used` integer;--> statement-breakpoint
CREATE INDEX `token_client` ON `token` (`tenant_id`,`client_id`) WHERE client_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `token_expires` ON `token` (`tenant_id`,`expires_at`) WHERE client_id IS NOT NULL;--> statement-breakpoint
INSERT INTO `tenant` (`rid`, `domain`, `created`) VALUES (1, 'carbon.super', 0);
