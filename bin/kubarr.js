#!/usr/bin/env node
import { buildWhenNeeded } from './build-when-needed.js';

buildWhenNeeded();
await import('../dist/apps/server/src/main.js');
