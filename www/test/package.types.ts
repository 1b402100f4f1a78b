/**
 * Compares package/src/wasm.d.ts, written by hand, with what wasm-bindgen wrote for package/wasm/: functions that are
 * missing, take another number of arguments or do not resolve alike fail `npm run check`. The fields of objects are
 * `any` there.
 */
import './openai.types'; // Checked along with this file, which tsconfig.json names.
import type * as Declared from '../package/src/wasm';
import type * as Built from '../package/wasm/autodidact.js';

type Call = (...args: never) => unknown;

/** Whether `B` may be called as `D` is declared. */
type Fits<D, B> = D extends (...args: infer P) => infer R
  ? B extends (...args: infer Q) => infer S
    ? [P['length'], P, S] extends [Q['length'], Q, R] ? true : false
    : false
  : true;

/** The functions of `D` that `B` lacks or has in another form. */
type Misfits<D, B> = {
  [K in keyof D as D[K] extends Call ? ((K extends keyof B ? Fits<D[K], B[K]> : false) extends true ? never : K) : never]: D[K];
};

type Nothing<T> = keyof T extends never ? true : T;

export const module: Nothing<Misfits<typeof Declared, typeof Built>> = true;
export const statics: Nothing<Misfits<typeof Declared.Agent, typeof Built.Agent>> = true;
export const methods: Nothing<Misfits<Declared.Agent, Built.Agent>> = true;
