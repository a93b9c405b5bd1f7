using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>The paths of a device. A pattern is the path behind <c>/ISAPI/</c>; each <c>*</c> stands for one segment and is given to the handler.</summary>
internal sealed class RouteTable
{
    private readonly List<(string Method, string[] Pattern, Func<DeviceRequest, string[], Reply> Handler)> _routes = [];

    public void Map(string method, string pattern, Func<DeviceRequest, string[], Reply> handler) => _routes.Add((method, pattern.Split('/'), handler));

    public void Get(string pattern, Func<DeviceRequest, string[], Reply> handler) => Map("GET", pattern, handler);

    public void Put(string pattern, Func<DeviceRequest, string[], Reply> handler) => Map("PUT", pattern, handler);

    /// <summary>Null when there is no such path.</summary>
    public Reply? Answer(DeviceRequest request)
    {
        string[] path = request.Path.TrimEnd('/').Split('/');
        bool known = false;
        foreach ((string method, string[] pattern, Func<DeviceRequest, string[], Reply> handler) in _routes)
        {
            if (!Matches(pattern, path)) continue;
            known = true;
            if (method == request.Method) return handler(request, [.. path.Where((_, i) => pattern[i] == "*")]);
        }

        return known ? Reply.Of(request, 405, 4, "methodNotAllowed", 0x40000004) : null;
    }

    private static bool Matches(string[] pattern, string[] path)
    {
        if (pattern.Length != path.Length) return false;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != "*" && !string.Equals(pattern[i], path[i], StringComparison.Ordinal)) return false;
        }

        return true;
    }
}
