using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Operations;
using Automation.Mqtt;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>Takes <c>…/set</c> of devices and resources: <c>{"action":"arm","mode":"away"}</c>, or the plain word <c>disarm</c>.</summary>
internal sealed class DeviceCommands(Site site, TopicNames topics, SiteInbox inbox, IOperationLog operations, ILogger logger)
{
    /// <summary>A command is a few words.</summary>
    private const int MaximumBytes = 4096;

    public async Task<IReadOnlyList<IAsyncDisposable>> SubscribeAsync(IMqttBus bus, CancellationToken cancellationToken)
    {
        var subscriptions = new List<IAsyncDisposable>();
        foreach (string filter in topics.CommandFilters(site.Id)) subscriptions.Add(await bus.SubscribeAsync(filter, QoS.AtLeastOnce, TakeAsync, cancellationToken));
        return subscriptions;
    }

    private async ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        string? refusal = Read(message, out SiteInput.Command? command);
        operations.Add(new Operation
        {
            Via = OperationVia.Mqtt, By = message.PublisherClientId, What = "command", Site = site.Id, Target = topics.TryResourceOfSet(message.Topic, out ResourceAddress target) ? target.Value : message.Topic,
            Detail = Encoding.UTF8.GetString(message.Payload.Span[..Math.Min(message.Payload.Length, MaximumBytes)]), Refusal = refusal ?? "",
        });
        if (refusal is not null) HubLog.CommandIgnored(logger, message.Topic, refusal);
        else if (command is not null) await inbox.PostAsync(command, cancellationToken);
    }

    private string? Read(MqttMessage message, out SiteInput.Command? command)
    {
        command = null;
        if (message.Retain) return "a retained command is not obeyed; publish it without retain";
        if (!topics.TryResourceOfSet(message.Topic, out ResourceAddress address) || !site.Addresses.Contains(address)) return "there is no such resource";
        if (message.Payload.Length > MaximumBytes) return $"the payload is longer than {MaximumBytes} bytes";
        string text = Encoding.UTF8.GetString(message.Payload.Span).Trim();
        string action = text;
        DataObject parameters = DataObject.Empty;
        if (text.StartsWith('{'))
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
                if (!document.RootElement.TryGetProperty("action", out JsonElement word) || word.ValueKind != JsonValueKind.String) return "the object has no \"action\"";
                action = word.GetString()!;
                parameters = DataObject.From(document.RootElement.EnumerateObject().Where(p => p.Name != "action").Select(p => KeyValuePair.Create(p.Name, Value(p.Value))));
            }
            catch (JsonException)
            {
                return "the payload is not JSON";
            }
        }

        if (Refusal(site, action, address, parameters) is { } refusal) return refusal;
        command = new SiteInput.Command(action, address, parameters, "command");
        return null;
    }

    /// <summary>Why the action cannot be asked for there, and what to write instead; null when it can.</summary>
    public static string? Refusal(Site site, string action, ResourceAddress address, DataObject parameters)
    {
        Device? device = site.Devices.FirstOrDefault(d => d.Address == address.DeviceAddress);
        return device is null || !site.Addresses.Contains(address) ? $"there is no resource {address.Value}" : ActionCheck.Problem(device, address, action, parameters);
    }

    internal static DataValue Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when element.TryGetDouble(out double number) && double.IsFinite(number) => number,
        JsonValueKind.String => element.GetString(),
        _ => DataValue.Null,
    };
}
