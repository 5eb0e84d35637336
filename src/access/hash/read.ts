export type ReadHash = { readonly hash: string; readonly weak: boolean } | { readonly wrong: string };
export function readPasswordHash(text: string, _options: { algorithm?: string; acceptWeak: boolean }): ReadHash {
  return /^\$(2[aby]|argon2id)\$/.test(text) ? { hash: text, weak: false } : { wrong: "not known" };
}
