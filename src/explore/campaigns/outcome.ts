/** The answer of a worker's function: errors can't be passed between threads unchanged. */
export type WorkerAnswer<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string; readonly stack: string; readonly exitCode: number | undefined };

export async function answerOf<Value>(work: Promise<Value>): Promise<WorkerAnswer<Value>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const { exitCode } = error as { exitCode?: unknown };
    return { ok: false, message, stack, exitCode: typeof exitCode === 'number' ? exitCode : undefined };
  }
}
