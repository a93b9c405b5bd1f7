namespace Automation.Core.Model;

/// <summary>What a kept secret may be called: letters, digits, dots, dashes and underscores, beginning with a letter or digit.</summary>
public static class SecretNames
{
    public const int MaxLength = 64;

    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxLength && char.IsAsciiLetterOrDigit(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
