/** What a view of the report is, and what it is given. */
import type { ComponentType } from 'preact';
import type { z } from 'zod';
import type { ExploreDocument } from '../cli/explore-document.ts';
import type { FuzzDocument } from '../cli/fuzz-document.ts';
import type { HeapDocument } from '../cli/heap-document.ts';
import type { LitmusDocument } from '../cli/litmus-document.ts';
import type { MutantsDocument } from '../cli/mutants-document.ts';
import type { ReplayDocument } from '../cli/replay-document.ts';
import type { StressDocument } from '../cli/stress-document.ts';
import type { CompareDocument } from '../report/compare-document.ts';
import type { RunDocument, ScaleDocument, SweepDocument } from '../report/json.ts';
import type { PhasePredictionDocument } from '../report/phase-document.ts';
import type { PredictionDocument } from '../report/prediction-document.ts';

/** A document of --json, told apart by its `command`. */
export type AnyDocument =
  | z.infer<typeof RunDocument> | ScaleDocument | z.infer<typeof SweepDocument> | PredictionDocument | z.infer<typeof PhasePredictionDocument> | z.infer<typeof StressDocument>
  | z.infer<typeof ExploreDocument> | z.infer<typeof ReplayDocument> | z.infer<typeof FuzzDocument> | z.infer<typeof MutantsDocument> | z.infer<typeof HeapDocument>
  | z.infer<typeof LitmusDocument> | CompareDocument;

/** A document with the name of its file, or of the command that made it. */
export interface NamedDocument {
  readonly name: string;
  readonly document: AnyDocument;
}

/** The data block of the page. */
export interface ReportData {
  readonly title: string;
  readonly version: string;
  /** ISO 8601. */
  readonly made: string;
  readonly documents: readonly NamedDocument[];
}

/** One view: a section of the page, which is there if the documents have its data. */
export interface View<Data> {
  /** The anchor of the section. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences that say how to read it. */
  readonly about: string;
  /** Returns what the view shows of these documents; undefined if they hold nothing for it. */
  find(documents: readonly NamedDocument[]): Data | undefined;
  readonly Show: ComponentType<{ readonly data: Data }>;
}

/** A view whose data was found. */
export interface FoundView {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly Content: ComponentType;
}
