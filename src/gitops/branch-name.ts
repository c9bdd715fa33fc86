/** Names that git check-ref-format takes for a branch, and nothing that could be read as an option or another ref. */
export function isBranchName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (!/^[^\u0000-\u0020\u007f~^:?*[\\]{1,200}$/.test(name) || /\.\.|@\{|\/\/|\/$|^\/|^-|\.$|^@$|^HEAD$/.test(name))
    return false;
  return name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}
