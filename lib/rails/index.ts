export { importFromRails } from './import-from-rails.js';
export type { RailsImportOptions } from './import-from-rails.js';
export type { RailsFault, RailsImportReport, SharedEmail } from './import-report.js';
export type { RailsRow, RailsTable } from './rails-rows.js';
