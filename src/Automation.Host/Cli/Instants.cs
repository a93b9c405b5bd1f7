using System.Globalization;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

internal static class Instants
{
    /// <exception cref="StartRefusedException">The text is no instant; the message names the option.</exception>
    public static DateTimeOffset Parse(string option, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant)
            ? instant
            : throw new StartRefusedException($"{option} {text}: not an instant such as 2026-11-20T18:00:00+01:00");
}
