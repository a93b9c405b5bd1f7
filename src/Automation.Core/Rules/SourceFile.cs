namespace Automation.Core.Rules;

/// <summary>A file's name and bytes: Core opens no files itself.</summary>
/// <param name="Path">As it is to appear in findings.</param>
/// <param name="Utf8">UTF-8 text, with or without a byte order mark.</param>
public sealed record SourceFile(string Path, ReadOnlyMemory<byte> Utf8);
