using System.Net;
using Automation.Isapi.Http;

namespace Automation.Isapi.Devices;

/// <summary>The first words with a device: who are you? Tries address and login with a request that changes nothing.</summary>
internal static class Greeting
{
    private const string Path = "/System/deviceInfo";
    private const string JsonPath = Path + "?format=json";

    /// <summary>The answer to <c>deviceInfo</c>; finds out on the way whether the device wants its paths without <c>/ISAPI</c>.</summary>
    /// <param name="gateway">It is a gateway: it speaks JSON, and below <c>/ISAPI</c>.</param>
    public static async Task<DeviceAnswer> AskAsync(DeviceEndpoint endpoint, DeviceCalls calls, CancellationToken cancellationToken, bool gateway = false)
    {
        if (gateway || endpoint.IsBehindGateway) return await calls.GetAsync(JsonPath, cancellationToken).ConfigureAwait(false);
        DeviceAnswer answer = await calls.GetAsync(Path, cancellationToken).ConfigureAwait(false);
        if (answer.Failure != CallFailure.None || answer.Status != (int)HttpStatusCode.NotFound || !endpoint.MayBeBare) return answer;
        endpoint.IsBare = true;
        DeviceAnswer bare = await calls.GetAsync(Path, cancellationToken).ConfigureAwait(false);
        if (bare.IsSuccess && bare.Document?.Is("DeviceInfo") == true) return bare;
        endpoint.IsBare = false;
        return answer;
    }
}
