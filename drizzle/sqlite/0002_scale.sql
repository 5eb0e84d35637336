CREATE TABLE `attribute_index` (
	`rid` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`tenant_id` integer NOT NULL,
	`resource_type` text NOT NULL,
	`path` text NOT NULL,
	`target` text NOT NULL,
	`state` text NOT NULL,
	`built_rid` integer NOT NULL,
	`until_rid` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `attribute_index_path` ON `attribute_index` (`tenant_id`,`resource_type`,`path`);--> statement-breakpoint
CREATE TABLE `attribute_index_revision` (
	`tenant_id` integer PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `attribute_value` (
	`tenant_id` integer NOT NULL,
	`index_rid` integer NOT NULL,
	`value` blob NOT NULL,
	`resource_rid` integer NOT NULL,
	`label` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `index_rid`, `value`, `resource_rid`, `label`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `nesting` (
	`tenant_id` integer NOT NULL,
	`member_rid` integer NOT NULL,
	`group_rid` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `member_rid`, `group_rid`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `nesting_group` ON `nesting` (`tenant_id`,`group_rid`,`member_rid`);--> statement-breakpoint
DROP INDEX `resource_type`;--> statement-breakpoint
DROP INDEX `resource_display`;--> statement-breakpoint
DROP INDEX `resource_external_id`;--> statement-breakpoint
ALTER TABLE `resource` ADD `member_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `resource_modified` ON `resource` (`tenant_id`,`resource_type`,`modified`);--> statement-breakpoint
CREATE INDEX `resource_type` ON `resource` (`tenant_id`,`resource_type`,`rid`,`active`,`created`,`unique_key`);--> statement-breakpoint
CREATE INDEX `resource_display` ON `resource` (`tenant_id`,`resource_type`,`display_key`);--> statement-breakpoint
CREATE INDEX `resource_external_id` ON `resource` (`tenant_id`,`resource_type`,`external_id`);--> statement-breakpoint
UPDATE `resource` SET `member_count` = (SELECT count(*) FROM `member` WHERE `member`.`tenant_id` = `resource`.`tenant_id` AND `member`.`group_rid` = `resource`.`rid`) WHERE `resource_type` = 'Group';--> statement-breakpoint
INSERT INTO `nesting` (`tenant_id`, `member_rid`, `group_rid`) SELECT `member`.`tenant_id`, `member`.`member_rid`, `member`.`group_rid` FROM `resource` CROSS JOIN `member` ON `member`.`tenant_id` = `resource`.`tenant_id` AND `member`.`member_rid` = `resource`.`rid` WHERE `resource`.`resource_type` = 'Group';
