import type { ColumnDefinition, SchemaVersion } from './definitions.js';

const digest = { type: 'varchar', length: 64 } as const satisfies ColumnDefinition;
const text = { type: 'varchar', length: 255 } as const satisfies ColumnDefinition;
const integer = { type: 'bigint' } as const satisfies ColumnDefinition;
const isNullable = true;

/**
 * What each migration makes, oldest first. A version that was published is never changed: somebody has run it. What is new
 * in an entity gets a version of its own.
 */
export const VERSIONS: readonly SchemaVersion[] = [
  {
    timestamp: Date.UTC(2026, 10, 22),
    tables: [
      {
        suffix: 'AuthToken',
        isOwned: true,
        columns: {
          id: { type: 'varchar', length: 36, isPrimary: true },
          client: { type: 'varchar', length: 64 },
          uid: text,
          replacedUid: { ...text, isNullable },
          tokenHash: digest,
          replacedHash: { ...digest, isNullable },
          legacyHashes: { ...text, isNullable },
          generation: { type: 'int' },
          nonce: { ...digest, isNullable },
          tagKey: digest,
          authEpoch: { type: 'int' },
          batchStartedAt: integer,
          batchOpenUntil: integer,
          expiry: integer,
          lifespan: { ...integer, isNullable },
          createdAt: integer,
          lastUsedAt: integer,
          passwordChangeUntil: { ...integer, isNullable },
          ip: { type: 'varchar', length: 45, isNullable },
          userAgent: { ...text, isNullable },
        },
        indices: [{ property: 'client', isUnique: true }, { property: 'user' }],
      },
      {
        suffix: 'OneTimeToken',
        isOwned: true,
        columns: {
          hash: { ...digest, isPrimary: true },
          purpose: { type: 'varchar', length: 32 },
          email: text,
          expiresAt: integer,
        },
        indices: [{ property: 'user' }],
      },
      {
        suffix: 'Identity',
        isOwned: true,
        columns: {
          hash: { ...digest, isPrimary: true },
          provider: { type: 'varchar', length: 64 },
          subject: text,
          email: { ...text, isNullable },
          createdAt: integer,
        },
        indices: [{ property: 'user' }],
      },
      {
        suffix: 'Throttle',
        isOwned: false,
        columns: {
          hash: { ...digest, isPrimary: true },
          count: { type: 'int' },
          expiresAt: integer,
        },
        indices: [{ property: 'expiresAt' }],
      },
    ],
    userColumns: {
      provider: { type: 'varchar', length: 64, default: "'email'" },
      uid: { ...text, filledFrom: 'email' },
      email: { ...text, isNullable },
      encryptedPassword: { ...text, isNullable },
      authEpoch: { type: 'int', default: '0' },
      confirmedAt: { ...integer, isNullable },
      unconfirmedEmail: { ...text, isNullable },
      failedAttempts: { type: 'int', default: '0' },
      lockedAt: { ...integer, isNullable },
      createdAt: { type: 'createdAt' },
      updatedAt: { type: 'updatedAt' },
    },
    userIndices: [{ property: 'email', isUnique: true }],
  },
];
