CREATE TABLE `activation` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`resource_rid` integer NOT NULL,
	`application_rid` integer NOT NULL,
	`state` text NOT NULL,
	`code_hash` text NOT NULL,
	`mail_rid` integer NOT NULL,
	`created` integer NOT NULL,
	`sent` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `activation_id` ON `activation` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `activation_user` ON `activation` (`tenant_id`,`resource_rid`,`application_rid`);--> statement-breakpoint
CREATE UNIQUE INDEX `activation_code` ON `activation` (`code_hash`);--> statement-breakpoint
CREATE TABLE `application` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`home_url` text,
	`access` text NOT NULL,
	`created` integer NOT NULL,
	`modified` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `application_id` ON `application` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `application_name` ON `application` (`tenant_id`,`name_key`);--> statement-breakpoint
CREATE TABLE `assignment` (
	`tenant_id` integer NOT NULL,
	`application_rid` integer NOT NULL,
	`resource_rid` integer NOT NULL,
	`attributes` text,
	`created` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `application_rid`, `resource_rid`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `assignment_of` ON `assignment` (`tenant_id`,`resource_rid`,`application_rid`);--> statement-breakpoint
CREATE TABLE `issuer` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`issuer` text NOT NULL,
	`audience` text NOT NULL,
	`jwks_url` text NOT NULL,
	`scope_claim` text NOT NULL,
	`profile` text NOT NULL,
	`created` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `issuer_id` ON `issuer` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `issuer_audience` ON `issuer` (`issuer`,`audience`);--> statement-breakpoint
CREATE TABLE `mail` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`id` text NOT NULL,
	`state` text NOT NULL,
	`recipient` text NOT NULL,
	`template` text NOT NULL,
	`locale` text NOT NULL,
	`words` text NOT NULL,
	`code` text,
	`code_expires_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created` integer NOT NULL,
	`due_at` integer NOT NULL,
	`sent_at` integer,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `mail_id` ON `mail` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `mail_tenant` ON `mail` (`tenant_id`);--> statement-breakpoint
CREATE INDEX `mail_state` ON `mail` (`tenant_id`,`state`);--> statement-breakpoint
CREATE INDEX `mail_due` ON `mail` (`due_at`) WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX `mail_code` ON `mail` (`code_expires_at`) WHERE code IS NOT NULL;--> statement-breakpoint
CREATE TABLE `audit` (
	`tenant_id` integer NOT NULL,
	`sequence` integer NOT NULL,
	`at` integer NOT NULL,
	`action` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor_name` text NOT NULL,
	`address` text NOT NULL,
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`details` text,
	`before` text,
	`after_hash` blob,
	`hash` blob NOT NULL,
	PRIMARY KEY(`tenant_id`, `sequence`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `audit_target` ON `audit` (`tenant_id`,`target_id`,`sequence`);