using System.Text;
using Microsoft.AspNetCore.Http;

namespace Automation.Simulator.Http;

/// <summary>One request as a device sees it.</summary>
/// <param name="Path">Without <c>/ISAPI/</c>, without query, unescaped.</param>
/// <param name="Body">At most <see cref="MaxBodyBytes"/>.</param>
internal sealed record DeviceRequest(string Method, string Path, IQueryCollection Query, byte[] Body)
{
    /// <summary>No document a client sends to a device comes near this.</summary>
    public const int MaxBodyBytes = 1 << 20;

    public bool IsJson { get; } = string.Equals(Query["format"], "json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where the request is written down; null in tests of a model alone.</summary>
    public RequestLog.Entry? Log { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);
}
