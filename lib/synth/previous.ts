import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, parseDocument } from 'yaml';
import { PROJECT_VERSION, readText } from '../files';
import { type AddressRange, parseAddressRange } from '../network';
import { reasonsBetween } from '../releases';
import type { FormerRange } from '../rules';
import { CHARTS, type SiteFiles } from './app';

const POOLS = '40-metallb-config.k8s.yaml';

/** The outputs of a site that an earlier synth wrote. */
export class Previous {
  constructor(
    private readonly distFolder: string,
    private readonly hostsFolder: string,
  ) {}

  /** The ranges of its pools. A file that somebody made unreadable has none: this synth replaces it. */
  ranges(): FormerRange[] {
    return parseAllDocuments(textOf(join(this.distFolder, POOLS)) ?? '').flatMap((document) => {
      const object = document.errors.length === 0 ? (document.toJS() as KubeObject | null) : null;
      if (object?.kind !== 'IPAddressPool') return [];
      const { metadata, spec } = object;
      return (spec?.addresses ?? []).flatMap((text) => {
        const range = rangeOf(text);
        return range ? [{ pool: metadata?.name ?? '', range }] : [];
      });
    });
  }

  /** What differs because another version wrote it; undefined if this version did, or nothing is there. */
  upgrade(files: SiteFiles): Upgrade | undefined {
    const from = /^# Version (\d+\.\d+\.\d+),/m.exec(textOf(join(this.hostsFolder, 'server/files')) ?? '')?.[1];
    if (from === PROJECT_VERSION) return undefined;
    const dist = CHARTS.flatMap((id) => textOf(join(this.distFolder, `${id}.k8s.yaml`)) ?? []);
    if (dist.length === 0) return undefined;
    const objects = differing(dist, [...files.dist.values()]);
    if (from === undefined && objects.length === 0) return undefined;
    return {
      from,
      objects,
      hostFiles: [...files.hosts].filter(([name, text]) => textOf(join(this.hostsFolder, name)) !== text).length,
    };
  }
}

/** What a newer version changes in the outputs of a site. */
export interface Upgrade {
  /** Undefined for a version that did not write it down. */
  readonly from: string | undefined;
  /** `Kind namespace/name` of every object that differs, with `+`, `~` or `-` before it. */
  readonly objects: readonly string[];
  /** How many files of hosts/ differ. */
  readonly hostFiles: number;
}

/** The upgrades of all sites as text; empty without one. */
export function upgradeText(upgrades: readonly Upgrade[]): string[] {
  const [first] = upgrades;
  if (!first) return [];
  const objects = [...new Set(upgrades.flatMap((one) => one.objects))].toSorted();
  const names = objects.map((line) => line.slice(2));
  const hostFiles = Math.max(...upgrades.map((one) => one.hostFiles));
  return [
    `written by version ${first.from ?? 'without a number'} before, by ${PROJECT_VERSION} now; objects that differ: ${objects.length}, files of hosts/: ${hostFiles}`,
    ...objects,
    ...reasonsBetween(first.from ?? '0.0.0', PROJECT_VERSION, names).map((why) => `because ${why}`),
    ...(hostFiles > 0 ? ['install the files of hosts/ that differ: Update in hosts/README.md'] : []),
  ];
}

function rangeOf(text: string): AddressRange | undefined {
  try {
    return parseAddressRange(text);
  } catch {
    // somebody edited it, and this synth replaces it
    return undefined;
  }
}

/** What is no file is an obstacle, which the writing reports. */
const textOf = (file: string): string | undefined =>
  existsSync(file) && statSync(file).isFile() ? readText(file) : undefined;

interface KubeObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: { readonly addresses?: readonly string[] };
}

function differing(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [before, after].map((texts) => new Set(texts.flatMap((text) => text.split(/^---\n/m)))) as [
    Set<string>,
    Set<string>,
  ];
  const named = (texts: Set<string>, others: Set<string>) =>
    new Set([...texts].filter((text) => !others.has(text)).map(nameOf));
  const [gone, come] = [named(old, now), named(now, old)];
  return [
    ...[...come].map((name) => `${gone.has(name) ? '~' : '+'} ${name}`),
    ...[...gone].filter((name) => !come.has(name)).map((name) => `- ${name}`),
  ];
}

function nameOf(text: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return 'an object that is no YAML';
  const { kind, metadata } = (document.toJS() ?? {}) as KubeObject;
  return `${kind} ${metadata?.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata?.name}`;
}
