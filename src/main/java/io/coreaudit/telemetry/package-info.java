/// What every stage counts. Seen by all rooms, sees none.
package io.coreaudit.telemetry;
