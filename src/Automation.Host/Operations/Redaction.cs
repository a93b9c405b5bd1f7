using System.Text.RegularExpressions;

namespace Automation.Host.Operations;

/// <summary>Takes out of what somebody said what opens something: codes, passwords, keys. The log is read by more people than may know them, and can never be changed.</summary>
internal static partial class Redaction
{
    /// <summary>Characters looked at; what comes after them is left out. More than an entry keeps (<see cref="OperationLimits.DetailLength"/>).</summary>
    public const int MaximumLength = 4_096;

    /// <param name="detail">JSON, also cut off or wrong in itself, or a plain word.</param>
    public static string Of(string detail)
    {
        if (detail.Length > MaximumLength) detail = detail[..MaximumLength];

        // A keypad's whole message may be the code.
        if (Digits().IsMatch(detail)) return "***";
        return detail.Contains('"', StringComparison.Ordinal) ? Members().Replace(detail, "${name}\"***\"") : detail;
    }

    [GeneratedRegex(@"\A\s*[0-9*#]{3,}\s*\z")]
    private static partial Regex Digits();

    /// <summary>
    /// Members by their name, with a prefix or not (<c>userCode</c>, <c>new_password</c>); a text may lack its end, where the detail was cut. Lists and objects under such a name go
    /// up to their first closing bracket. <c>endpoint</c> is a browser's: whoever has it can send to that person.
    /// </summary>
    [GeneratedRegex("""(?<name>"[a-z0-9_-]{0,40}(?:password|passwd|passcode|code|codes|pin|secret|token|apikey|p256dh|auth|endpoint)"\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|\z)|[\[{][^\]}]*(?:[\]}]|\z)|[^\s,}\]]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex Members();
}
