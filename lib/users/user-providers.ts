import type { Provider } from '@nestjs/common';
import { UserChanges } from './user-changes.js';
import { UserSerializer } from './user-serializer.js';
import { UserStore } from './user-store.js';
import { UserTable } from './user-table.js';

/** What users are kept and shown by. */
export const USER_PROVIDERS: Provider[] = [UserTable, UserStore, UserChanges, UserSerializer];
